"""One process of many buyers: opens a connection for each, waits for the moment, presses, and says what came.

Reads what to send from its input, and knows nothing else of the site.
"""

import http.client
import json
import ssl
import sys
import threading
import time
from typing import Any
from urllib.parse import urlencode

PATIENCE = 120


def main() -> None:
    """Press."""
    asked = json.load(sys.stdin)
    context = ssl.create_default_context(cafile=asked["authority"])
    answers: list[dict[str, Any]] = []

    def press(one: dict[str, Any]) -> None:
        line = http.client.HTTPSConnection("localhost", asked["port"], timeout=PATIENCE, context=context)
        body = urlencode(one["values"])
        headers = {**one["headers"], "Content-Type": "application/x-www-form-urlencoded"}
        answer = {"one": one["one"], "status": 0, "said": "", "location": ""}
        try:
            line.connect()
            time.sleep(max(asked["at"] - time.time(), 0))
            answer["seconds"] = time.time()
            line.request("POST", "/checkout", body, headers)
            came = line.getresponse()
            text = came.read().decode()
            said = "quicker" if "Somebody was quicker" in text else "" if came.status == 303 else text[:200]
            answer |= {"status": came.status, "said": said, "location": came.headers.get("Location", "")}
        except (OSError, http.client.HTTPException) as error:
            answer["said"] = repr(error)
        answer["seconds"] = time.time() - answer.get("seconds", asked["at"])
        answers.append(answer)

    threads = [threading.Thread(target=press, args=(one,)) for one in asked["presses"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
