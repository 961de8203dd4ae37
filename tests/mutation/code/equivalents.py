"""Mutants that are equivalent to the code, each with the reason; all others must be detected."""

import re
from collections.abc import Mapping

_ZIPPED = r"domain\.(mail\.reminders\._remaining_mails|steps\.compensation\.begin_compensation)"

EQUIVALENT: Mapping[str, str] = {
    r".*: assert_never\(None\)|domain\.steps\.payment\.require_(captured|refunded): ": (
        "mypy proves that no value gets there"
    ),
    r"handlers\.comparison_handler\._day: today = datetime\.fromtimestamp\(now / 1000, .*": (
        "the functions run in UTC"
    ),
    r"handlers\.comparison_handler\._day: if began <= 1:": "no day begins one second after 1970",
    r"handlers\.janitor_handler\._measure_oldest_order: open_orders = .*at_most=2\).*": (
        "the first order of a stage is the oldest of two, too"
    ),
    r"services\.payment_comparison\..*_report: currency = .*((order\) or True|else \"XXXX\").*)": (
        "a difference has a payment or an order"
    ),
    r"domain\.steps\.(settlement|reported_payments|outside_settlement)\..*by_execution=None\)": (
        "None and False both mean that the write is not the execution's"
    ),
    r"domain\.steps\.settlement\.record_pending: .*pending_until or now \+ 2\).*": (
        "without a deadline of the payment, any time after now is valid"
    ),
    r"(domain\.steps\.settlement\.awaits_provider: .*wait_ends_at or 1\)"
    r"|adapters\.stripe\.webhook\.StripeWebhook\.__init__: self\._read_again_at = 1)": (
        "0 and 1 ms after the epoch are long past"
    ),
    r"adapters\.stripe\.errors\.is_unusable_key: replayed = .*": (
        "no text but true means that an answer was stored"
    ),
    r"adapters\.(sandbox|stripe)\.webhook\..*\.read: .*headers\.get\(SIGNATURE_HEADER, .*\).*": (
        "any text that is no signature is refused"
    ),
    r"adapters\.sandbox\.webhook\.SandboxWebhook\.secret: .*token_hex\(None\).*": (
        "32 random bytes are the default, too"
    ),
    r"adapters\.stripe\.amounts\.from_stripe: unit = Money\(2, .*": (
        "only the currency of the unit is used"
    ),
    rf"{_ZIPPED}: .*zip\(.*(strict=(None|False)|, )\).*": (
        "both sequences have the same length by construction; `strict` only documents it"
    ),
    r"domain\.mail\.reminders\._remaining_mails: .*max\(claimed, default=None\).*": (
        "a slice from None begins at 0"
    ),
    r"(domain\.mail\.reminders\._quiet_until: return 1 if .*"
    r"|executions\.metrics\._union_length: total, reached = 0, 1)": (
        "every instant is far above 1 ms"
    ),
    r"domain\.signals\.admission\.refuse_unless_repeated: .*or now \+ 2\).*": (
        "without a deadline, any time after now is valid"
    ),
    r"domain\.mail\.links\.named_order: .*decode\(\"ASCII\"\)": "the same codec",
    r"domain\.signals\.application\.apply_next: return begin_compensation\(.* error=.*\)": (
        "a pending cancel, which is the reason, takes precedence over the error"
    ),
    r"domain\.signals\.application\._add_line: sku, quantity = .*": (
        "the API accepts no line without SKU and quantity; the defaults are for the type checker"
    ),
    r"domain\.steps\.wait\.next_step: left = _seconds\(max\(1, .*": (
        "0 and 1 ms are both rounded up to one second"
    ),
    r"domain\.record\.changes\.next_check: .*min\(order\.compensation_attempts, 8\).*": (
        "seven doublings already exceed the limit of an hour"
    ),
    r"services\.order_writer\.OrderWriter\.change: readings = .*\(seen is None\) and False.*": (
        "a reading of None is replaced by a new one, like a missing reading"
    ),
    r"domain\.mail\.templates\.approval_mail: .*approval_deadline or 1\).*": (
        "0 and 1 ms after the epoch are the same second"
    ),
    r"domain\.mail\.templates\._instant: .*milliseconds / 1000.*": (
        "a fraction of a second is not shown"
    ),
    r"api\.routes\..*: [a-z_]+: (inputs\.)?[A-Z]\w+ = .*": (
        "the framework passes every parameter; the description has the default"
    ),
    r"(api\.routes\..*: headers = \{\"location\": .*"
    r"|adapters\.events\.signed_subscriber\..*: \"content-type\": .*"
    r"|adapters\.http\.service\..*_headers: .* \"(accept|ACCEPT)\": .*"
    r"|adapters\.http\.service\..*_headers: .*\"APPLICATION/JSON\"\})": (
        "the names of headers and media types have no case"
    ),
    r"api\.http\.request_check\.as_framework_event: others = .*\"XXcontent-typeXX\"\}": (
        "API Gateway sends the names of headers in lower case"
    ),
    r"api\.models\.order_presenter\._actor_of: .*\(signal_id\) or True else None": (
        "no signal has the ID None"
    ),
    r"(api\.executions\.history_tags\.current_tag: .*if_none_match or \"XXXX\"\).*"
    r"|executions\.history\.category_of: .*state or \"XXXX\", .*)": "nothing has this name",
    r"services\.(janitor_sweep\.JanitorSweep\.run: second = .*\+ 1001"
    r"|order_writer\.OrderWriter\.repeat: if .* pause \* 1001 > .*)"
    r"|telemetry\.milliseconds_since: return .* \* 1001\)": ("a time that is a thousandth longer"),
    r"services\.history_export\..*\.sweep: passed = any\(order\.created_at <= oldest .*": (
        "an order of exactly this age may belong to this pass or the next"
    ),
    r"handlers\.history_handler\.\w+: order_id.* = (execution|name)\.partition.*": (
        "the ID of an order has no hyphen"
    ),
    r"activities\.approval\.await_signal: token = task\.token or \"XXXX\"": (
        "the state machine always sends a token; the default is for the type checker"
    ),
    r"activities\.payment\._look_up_or_capture: .* or \"XXXX\"": (
        "it is called with a reference only; the default is for the type checker"
    ),
    r"(activities\.notification\._send_once: .*claimant = deps|.*\.MailResend\.resend: .*)"
    r"\.random_bytes\((None|9)\).*": ("any number of random bytes distinguishes two attempts"),
    r"domain\.steps\.reported_payments\._record: new = Effect\(.*(state|at)=None.*": (
        "`with_state` sets the state and the time"
    ),
    r"services\.janitor\.Janitor\._hand_over: .*error=reason or \"XXXX\".*": (
        "without a reason, the order has a cancel or the error of its compensation"
    ),
    r"services\.payment_comparison\..*\._list_orders: .*(cursor >=|order_id >) oldest.*": (
        "no order has the lowest ID of an instant"
    ),
    r"adapters\.(orders|stock|executions|sandbox)\.\w+\..*: .*\"((.* )?(set|add|remove|and) [:#a-z]"
    r"|set \" \+ |#state in \(|.*\) or made_at < ).*": (
        "the keywords of DynamoDB's expressions have no case"
    ),
    r"adapters\.orders\.event_notes\.event_of: .*\(form\.figure\) or True.*": (
        "a note of an event without a figure holds none"
    ),
    r"domain\.task\._failure: cause = json\.loads\(caught\.get\(\"Cause\", \"XXXX\"\)\)": (
        "neither is JSON"
    ),
}
"""Pattern of `function: its new lines` -> why the behaviour is the same."""


def why_equivalent(change: str) -> str | None:
    """The reason why a mutant is equivalent; None if it is not listed."""
    return next((why for pattern, why in EQUIVALENT.items() if re.fullmatch(pattern, change)), None)
