"""The API's access log: which route was answered how, and nothing about who asked for what."""

import json
from typing import cast

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.removal import log_group_name, log_removal_policy, log_retention

LOGGED = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    # The route with its placeholders: no query string, no header, no body, no caller's address.
    "route": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "error": "$context.error.message",
    "authorizerError": "$context.authorizer.error",
}


class AccessLog(Construct):
    """A log group that one stage of an HTTP API writes to."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: DeploymentSettings,
        stage: apigateway.HttpStage,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=log_group_name(f"/aws/vendedlogs/apis/{settings.stack_name}"),
            retention=log_retention(settings),
            removal_policy=log_removal_policy(settings),
        )
        resource = cast(apigateway.CfnStage, stage.node.default_child)
        resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=Stack.of(self).format_arn(
                service="logs",
                resource="log-group",
                resource_name=log_group.log_group_name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
            format=json.dumps(LOGGED),
        )
