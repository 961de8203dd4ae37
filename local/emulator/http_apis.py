"""HTTP APIs: the answer to a request whose function fails."""

from contextvars import ContextVar
from typing import Any

_INTERNAL_ERROR = {
    "statusCode": 500,
    "headers": {"Content-Type": "application/json"},
    "body": '{"message":"Internal Server Error"}',
}
_serves_http_api: ContextVar[bool] = ContextVar("serves_http_api", default=False)


def install() -> None:
    """Replace the answers of failed functions, for HTTP APIs only: REST APIs and load balancers
    share MiniStack's function, and have another answer on AWS.
    """
    from ministack.services import apigateway, lambda_svc

    stock_invoke = apigateway._invoke_lambda_proxy
    stock_answer = lambda_svc.lambda_execute_result_to_api_proxy_response

    async def invoke(*arguments: Any, **named: Any) -> Any:
        before = _serves_http_api.set(True)
        try:
            return await stock_invoke(*arguments, **named)
        finally:
            _serves_http_api.reset(before)

    def answer(result: dict[str, Any]) -> Any:
        failed = result.get("error") and not result.get("throttle")
        return (
            (_INTERNAL_ERROR, None) if failed and _serves_http_api.get() else stock_answer(result)
        )

    apigateway._invoke_lambda_proxy = invoke
    lambda_svc.lambda_execute_result_to_api_proxy_response = answer
