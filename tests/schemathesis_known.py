"""Where OpenAPI has no words for a rule of the API. Read by schemathesis for `tests/schemathesis`: what the description allows and
the API refuses counts as known only if the operation and the text of the answer are those of a rule below; and what the description
forbids and the API takes only if it is a parameter that was sent empty, or a form, which knows nothing but texts. What is deleted
must be gone, but for the archives of a collection. Everything else is a failure.
"""
import os
import re
from urllib.parse import parse_qs, urlsplit

import schemathesis

RULES = [
    # Operation, text of the refusal, why.
    (r"GET .*/search/", r"^a region needs x, y, w and h;", "the sides of a region belong together"),
    (r"GET .*/search/", r"^region .* does not lie in the picture", "a region must not leave the picture, and not vanish in single precision"),
    (r"GET .*/search/", r"^name either a region .* or a detection", "a part is named by a region or by a detection, not by both"),
    (r"(GET|POST) .*/search", r"region .* does not lie in the picture", "a region must not leave the picture"),
    (r"POST .*/search", r"name the picture by exactly one of", "a picture has one name"),
    (r"POST .*/search", r"weight above zero|other than zero|cancel each other", "a search needs something to look for"),
    (r"GET .*/search/examples", r"cancel each other|more than the limit of 64|^like: name at least one picture", "a search needs something to look for"),
    (r"GET .*/search/", r"^detection needs a detect", "a number of a detection needs a detection model, and this library has none"),
    (r"GET .*/search/", r"^offset \d+ \+ limit \d+ is beyond", "offset and limit together have a limit"),
    (r"GET .*/load_detection_model/", r"its only output is its feature", "a model without classes cannot detect"),
    (r"(POST|PUT) .*/feature", r"modelzoo_name: (unknown model|Already exists|model `.*` names no feature layer)", "models must be in the zoo, and indexed once"),
    (r"PUT .*/feature", r"index_type: .*\bnull\b", "a form cannot say null, only the word"),
    (r"GET .*/(media|media/months|detection/label/{label})$", r"^feature_id: (there is no feature \d+|say which feature )", "a state is that of a feature, which must be there"),
    (r"PUT .*/order$", r"Must not be one of the media that are moved", "nothing comes before itself"),
    (r"(POST|PUT) .*/feature", r"index_settings: ", "each kind of index has its own settings"),
    (r"POST .*/upload$", r"Not a valid image|Image parse error|This field is required|^url: ", "an upload must be a picture, and its file name must say so, or an address of one"),
    (r"POST .*/(upload|media)$", r"failed to read headers", "a name of a form's part is a header, which cannot hold every character"),
    (r"POST .*/task/run$", r"^(?!task_name|username|the body)", "each task has its own parameters"),
]


# As a form sends the fields that nobody filled.
EMPTY = "a parameter without a value counts as absent"

PART = "every part of a form is a text"

OUTLIVE = "archives outlive their collection, until they are removed themselves"

FORM = "every word is a form, with a field of that name"


def known(failure, case, response):
    """The rule that explains a failure, or None."""
    code = getattr(failure, "code", "")
    if code == "ST301" and case.operation.path.endswith("/exports"):
        return OUTLIVE
    if code == "ST201" and "in query" in failure.message:
        names = re.search(r"parameters? (`\w+`(?:, `\w+`)*) in query", failure.message)
        values = parse_qs(urlsplit(response.request.url).query, keep_blank_values=True)
        wrong = re.findall(r"\w+", names[1]) if names else []
        return EMPTY if wrong and all(set(values.get(name, ["?"])) == {""} for name in wrong) else None
    if code == "ST201" and re.search(r"in body - (violates `type` at /properties/(username|update_index)|(username|update_index): )", failure.message):
        return PART if "multipart" in response.request.headers.get("content-type", "") else None
    if code == "ST201" and re.search(r"in body - incorrect type", failure.message):
        return FORM if "urlencoded" in response.request.headers.get("content-type", "") else None
    if code != "ST202" or response.status_code not in (400, 415):
        return None
    text, label = response.json()["error"], f"{case.operation.method.upper()} {case.operation.path}"
    return next((reason for operation, refusal, reason in RULES if re.match(operation, label) and re.search(refusal, text)), None)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    reason = known(failure, case, response)
    if reason:
        with open(os.environ["LIKENESS_KNOWN"], "a") as found:
            found.write(reason + "\n")
    return reason is None
