"""Two made-up people live with Ebb for some weeks, on the real thing: web server, worker, broker, pushes and mails.

`stage` starts the parts and takes them away again, `plan` says what is answered when, `people` speaks HTTP as a phone
would, `director` lets the days pass, `telling` puts what happened into sentences, and `verdict` says whether all was well.
No service is called and no probability changed: whatever happens, happens behind the API.
"""
