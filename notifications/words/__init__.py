"""The words people receive: content files, the loader that reads them, the rules they keep.

Each item is one TOML file per language, ``items/<language>/<id>.<version>.toml``, reviewed like
code. A changed text is a new file with the next version; the old one stays, because prompts that
were sent still show it. ``retired = true`` keeps an item readable without sending it again.
"""
