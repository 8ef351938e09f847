"""A couple's weeks as a FHIR R4 Bundle: Observations of each person, what they agreed to, and where it comes from.

docs/reference/exports.md says which element holds what. Of a consent it tells what the page tells by being there, and no more:
not when it was given, not when it ends, not what one of the two alone allows.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from backend.audit.services import Grant
from backend.couples import codes
from checkins.pictures import TITLES
from checkins.practice.pictures import names_of
from checkins.practice.trend import Side, Trend

MEDIA_TYPE = "application/fhir+json; fhirVersion=4.0"
OURS = "urn:x-ebb:"
"""How the code systems of Ebb begin. No terminology has codes for these questions, and a code that means nearly the same would be a wrong one."""
HL7 = "http://terminology.hl7.org/CodeSystem/"
SURVEY = {"coding": [{"system": f"{HL7}observation-category", "code": "survey"}]}
NOT_A_FINDING = "A likelihood under a model of the answers, not a finding about either of the two."

Json = dict[str, Any]


def bundle_of(trend: Trend, grant: Grant, *, purpose: str, now: datetime) -> Json:
    """A `collection`. `purpose` is what the therapist asked to read for."""
    couple = _pseudonym(grant, "couple")
    people = [_pseudonym(grant, member.side) for member in grant.members]
    patients = [_patient(pseudonym, name) for pseudonym, name in zip(people, names_of(trend.sides), strict=True)]
    observations = [
        *(one for pseudonym, side in zip(people, trend.sides, strict=True) for one in _of_one(pseudonym, side)),
        *_of_both(couple, trend),
    ]
    consents = [_consent(pseudonym, trend, purpose) for pseudonym in people]
    said = [*patients, _group(couple, people), *consents, *observations]
    if observations:
        said.append(_provenance(observations, consents, now))
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
        "timestamp": _instant(now),
        "entry": [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in said],
    }


def _pseudonym(grant: Grant, whose: str) -> str:
    """The same for the same person and therapist, so that two exports can be put together; another one for another therapist."""
    return str(
        UUID(bytes=codes.keyed_hash(f"{grant.link_id}:{grant.couple_id}:{whose}", key=settings.CODE_KEY, purpose="fhir")[:16], version=4)
    )


def _patient(pseudonym: str, name: str) -> Json:
    return {
        "resourceType": "Patient",
        "id": pseudonym,
        "identifier": [{"system": f"{OURS}person", "value": pseudonym}],
        "name": [{"use": "usual", "text": name}],
    }


def _group(pseudonym: str, people: list[str]) -> Json:
    return {
        "resourceType": "Group",
        "id": pseudonym,
        "identifier": [{"system": f"{OURS}couple", "value": pseudonym}],
        "type": "person",
        "actual": True,
        "quantity": len(people),
        "member": [{"entity": _to(one)} for one in people],
    }


def _of_one(pseudonym: str, side: Side) -> Iterator[Json]:
    """What one of the two answered, in their own words and numbers."""
    own: Json = {"subject": _to(pseudonym), "performer": [_to(pseudonym)]}
    for day, answers in sorted(side.levels.items()):
        for question, title in TITLES.items():
            value: Json = {"valueInteger": getattr(answers, question)}
            yield _observation("question", question, str(title), effectiveDateTime=day.isoformat(), **own, **value)
    for week, levels in sorted(side.weeks.items()):
        for question, title in TITLES.items():
            if level := levels[question]:
                period = _period(week, week + timedelta(days=6))
                yield _observation("week", question, str(title), effectivePeriod=period, **own, valueCodeableConcept=_code("level", level))
    for day, feelings in sorted(side.feelings.items()):
        for feeling in feelings:
            said: Json = {"valueCodeableConcept": _code("feeling", feeling)}
            yield _observation("question", "feeling", "A feeling named", effectiveDateTime=day.isoformat(), **own, **said)


def _of_both(couple: str, trend: Trend) -> Iterator[Json]:
    """What was worked out from both, or came to both. It names neither."""
    of_couple: Json = {"subject": _to(couple)}
    for first, last in reversed(trend.episodes):
        state = "final" if last else "preliminary"
        likely: Json = {"valueCodeableConcept": _code("pattern", "likely"), "note": [{"text": NOT_A_FINDING}]}
        words = "One reaching while the other makes room"
        yield _observation("pattern", "episode", words, status=state, effectivePeriod=_period(first, last), **of_couple, **likely)
    for day, felt in reversed(trend.prompts):
        answers: Json = (
            {"component": [{"code": _code("prompt", "felt"), "valueCodeableConcept": _code("felt", one)} for one in felt]}
            if felt
            else {"dataAbsentReason": {"coding": [{"system": f"{HL7}data-absent-reason", "code": "unknown"}]}}
        )
        yield _observation(
            "prompt", "prompt", "A prompt came, and how it was felt", effectiveDateTime=day.isoformat(), **of_couple, **answers
        )


def _observation(system: str, code: str, words: str, *, status: str = "final", **more: Any) -> Json:
    concept = {**_code(system, code), "text": words}
    return {"resourceType": "Observation", "id": str(uuid4()), "status": status, "category": [SURVEY], "code": concept, **more}


def _consent(pseudonym: str, trend: Trend, purpose: str) -> Json:
    """That this person allows what is in this file: the scopes both allow, and its days."""
    return {
        "resourceType": "Consent",
        "id": str(uuid4()),
        "status": "active",
        "scope": {"coding": [{"system": f"{HL7}consentscope", "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": _to(pseudonym),
        "policyRule": {"coding": [{"system": f"{HL7}v3-ActCode", "code": "OPTIN"}]},
        "provision": {
            "type": "permit",
            "purpose": [
                {"system": f"{HL7}v3-ActReason", "code": "TREAT"},
                {"system": f"{OURS}purpose", "code": purpose},
            ],
            "code": [_code("scope", scope) for scope in sorted(trend.scopes)],
            "dataPeriod": _period(trend.since, trend.until),
        },
    }


def _provenance(observations: list[Json], consents: list[Json], now: datetime) -> Json:
    return {
        "resourceType": "Provenance",
        "id": str(uuid4()),
        "target": [_to(one["id"]) for one in observations],
        "recorded": _instant(now),
        "agent": [
            {
                "type": {"coding": [{"system": f"{HL7}provenance-participant-type", "code": "assembler"}]},
                "who": {"display": "Ebb"},
            }
        ],
        "entity": [{"role": "source", "what": _to(one["id"])} for one in consents],
    }


def _code(system: str, code: str) -> Json:
    return {"coding": [{"system": f"{OURS}{system}", "code": code.replace("_", "-")}]}


def _to(number: str) -> Json:
    return {"reference": f"urn:uuid:{number}"}


def _period(first: date, last: date | None) -> Json:
    return {"start": first.isoformat()} | ({"end": last.isoformat()} if last else {})


def _instant(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")
