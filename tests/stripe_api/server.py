"""The HTTP server of the imitation: API and hosted page, in threads of the test's own process."""

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from tests.stripe_api import hosted_page
from tests.stripe_api.account import StripeAccount
from tests.stripe_api.faults import Fault, Faults, Outage
from tests.stripe_api.parameters import ApiError, Tree, parse
from tests.stripe_api.webhooks import Webhooks, shown

KEY = "sk_test_of_the_imitation"
FAILURE = {"error": {"type": "api_error", "message": "Something went wrong on Stripe's end."}}


class Call(NamedTuple):
    """A request that the API got: its key for idempotency, and the status of the answer."""

    method: str
    path: str
    key: str
    status: int


class Answer(NamedTuple):
    """What a request is answered with; `replayed` if that was kept for its key."""

    status: int
    body: Mapping[str, Any]
    replayed: bool = False


class StripeServer:
    """The imitation on a free port of loopback; its state can be looked at and changed."""

    def __init__(self, port: int = 0, now_s: Callable[[], float] = time.time):
        self.faults = Faults()
        self.webhooks = Webhooks(self.faults)
        self.account = StripeAccount(self.webhooks.emit, now_s)
        self.calls: list[Call] = []
        self.lock = Lock()
        self.closing = Event()
        self._answers: dict[str, tuple[str, Tree, Answer]] = {}
        self._http = _HttpServer(port, self)
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        self.account.page_origin = self.origin
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        """Stop."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        self.webhooks.close()

    def forget_keys(self) -> None:
        """Forget all keys of idempotency, as Stripe does after a day."""
        self._answers.clear()

    def answer(self, method: str, path: str, given: Tree, key: str, fault: Fault | None) -> Answer:
        """Answer a request of the API, once for each key of a request that changes something."""
        with self.lock:
            if method == "POST" and key in self._answers:
                place, params, earlier = self._answers[key]
                is_same = (place, params) == (path, given)
                return earlier._replace(replayed=True) if is_same else _OTHER_PARAMETERS
            if fault is Fault.FAILED:
                answer = Answer(500, FAILURE)
            else:
                answer = self._act(method, path, given)
                if fault is Fault.FAILED_LATE:
                    answer = Answer(500, FAILURE)
            if method == "POST" and key and _is_kept(answer):
                self._answers[key] = (path, given, answer)
            return answer

    def _act(self, method: str, path: str, given: Tree) -> Answer:
        expand = given.pop("expand", [])
        try:
            return Answer(200, self._shown(self._route(method, path, given), expand))
        except ApiError as error:
            return Answer(error.status, error.body)

    def _route(self, method: str, path: str, given: Tree) -> Any:
        for pattern, act in _ROUTES.items():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                return act(self.account, given, *found.groups())
        raise ApiError(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path})")

    def _shown(self, found: Any, expand: Any) -> Mapping[str, Any]:
        answer = dict(shown(found))
        if "latest_charge" in expand:
            answer["latest_charge"] = self.account.charge_of(found)
        if "payment_intent.latest_charge" in expand and answer.get("payment_intent"):
            intent = self.account.intent(answer["payment_intent"])
            answer["payment_intent"] = self._shown(intent, ["latest_charge"])
        return answer


def _list_refunds(account: StripeAccount, given: Tree) -> Tree:
    found = [shown(refund) for refund in account.refunds_of(given["payment_intent"])]
    return {"object": "list", "data": found, "has_more": False, "url": "/v1/refunds"}


def _list_disputes(account: StripeAccount, given: Tree) -> Tree:
    wanted = given["payment_intent"]
    found = [one for one in account.disputes.values() if one["payment_intent"] == wanted]
    return {"object": "list", "data": found, "has_more": False, "url": "/v1/disputes"}


_ROUTES: Mapping[str, Callable[..., Any]] = {
    "POST /v1/checkout/sessions": StripeAccount.create_session,
    r"GET /v1/checkout/sessions/(\w+)": lambda account, _, name: account.session(name),
    r"POST /v1/checkout/sessions/(\w+)/expire": lambda account, _, name: account.expire_session(
        name
    ),
    "POST /v1/payment_intents": StripeAccount.create_intent,
    r"GET /v1/payment_intents/(\w+)": lambda account, _, name: account.intent(name),
    r"POST /v1/payment_intents/(\w+)/capture": StripeAccount.capture,
    r"POST /v1/payment_intents/(\w+)/cancel": StripeAccount.cancel,
    "POST /v1/refunds": StripeAccount.refund,
    "GET /v1/refunds": _list_refunds,
    "GET /v1/disputes": _list_disputes,
}

_OTHER_PARAMETERS = Answer(
    400,
    {
        "error": {
            "type": "idempotency_error",
            "message": "Keys for idempotent requests can only be used with the same parameters"
            " they were first used with.",
        }
    },
)


def _is_kept(answer: Answer) -> bool:
    """Say whether an answer is kept for its key: not of a request that was not begun."""
    code = answer.body.get("error", {}).get("code", "")
    return answer.status != 404 and not code.startswith("parameter_")


class _Handler(BaseHTTPRequestHandler):
    server: "_HttpServer"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        match self.server.stripe.faults.outage:
            case Outage.REFUSES:
                return self._cut()
            case Outage.HANGS:
                self.server.stripe.closing.wait()
                return self._cut()
            case Outage.NONE:
                pass
        time.sleep(self.server.stripe.faults.slow_s)
        path, given = urlsplit(self.path).path, parse(body or urlsplit(self.path).query)
        if path.startswith("/c/pay/"):
            return self._page(path.removeprefix("/c/pay/"), given)
        return self._api(path, given)

    def _api(self, path: str, given: Tree) -> None:
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self._answer(path, Answer(401, {"error": {"message": "Invalid API Key"}}))
        fault = self.server.stripe.faults.of_request() if self.command == "POST" else None
        match fault:
            case Fault.LOST:
                return self._cut()
            case Fault.BUSY:
                error = {"code": "idempotency_key_in_use", "type": "invalid_request_error"}
                return self._answer(path, Answer(409, {"error": error}))
            case Fault.LIMITED:
                return self._answer(path, Answer(429, {"error": {"code": "rate_limit"}}))
            case _:
                pass
        key = self.headers.get("Idempotency-Key", "")
        answer = self.server.stripe.answer(self.command, path, given, key, fault)
        return self._cut() if fault is Fault.CUT else self._answer(path, answer)

    def _page(self, name: str, form: Tree) -> None:
        with self.server.stripe.lock:
            session = self.server.stripe.account.session(name)
            if self.command == "GET":
                target, page = "", hosted_page.show(session)
            else:
                target, page = hosted_page.submit(self.server.stripe.account, session, form)
        headers = {"Content-Type": "text/html"} | ({"Location": target} if target else {})
        self._send(303 if target else 200, headers, page.encode())

    def _answer(self, path: str, answer: Answer) -> None:
        key = self.headers.get("Idempotency-Key", "")
        self.server.stripe.calls.append(Call(self.command, path, key, answer.status))
        headers = {"Content-Type": "application/json", "Request-Id": "req_of_the_imitation"}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        self._send(answer.status, headers, json.dumps(answer.body).encode())

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, stripe: StripeServer):
        super().__init__(("127.0.0.1", port), _Handler)
        self.stripe = stripe

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that was killed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
