"""`encryption=customer`: one key of the account encrypts everything that the stack stores.

`key_grants.py` has the grants on it.
"""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import IConstruct

from stacks.functions.lambda_function import LambdaFunction
from stacks.key_grants import key_grants, machine_grants, service_grants
from stacks.released_machine import ReleasedMachine
from stacks.settings.deployment_settings import DeploymentSettings

DATA_KEY_SECONDS = 300
"""How long SQS and Step Functions reuse a data key. A longer time needs fewer requests to KMS;
a disabled key then takes effect later.
"""


def encrypt_with_customer_key(stack: Stack, settings: DeploymentSettings) -> None:
    """Encrypt every resource of the stack with one key. Called when all of them exist."""
    key = _create_key(stack, settings)
    for construct in stack.node.find_all():
        if isinstance(construct, LambdaFunction):
            construct.add_to_role(key_grants(construct.actions, key))
        elif isinstance(construct, ReleasedMachine):
            construct.add_to_role(machine_grants(settings, key))
        else:
            _encrypt(construct, key)


def _create_key(stack: Stack, settings: DeploymentSettings) -> kms.Key:
    key = kms.Key(
        stack,
        "Key",
        alias=f"alias/{settings.stack_name}",
        description=f"Data of {settings.stack_name}",
        enable_key_rotation=True,
        # Data that remain after the stack is deleted cannot be read without the key.
        removal_policy=RemovalPolicy.RETAIN if settings.keeps_data else RemovalPolicy.DESTROY,
    )
    for statement in service_grants(settings):
        key.add_to_resource_policy(statement)
    return key


def _encrypt(resource: IConstruct, key: kms.IKey) -> None:
    """Set the key of one resource, if it stores data."""
    if isinstance(resource, sqs.CfnQueue):
        resource.kms_master_key_id = key.key_arn
        resource.kms_data_key_reuse_period_seconds = DATA_KEY_SECONDS
        resource.sqs_managed_sse_enabled = None
    elif isinstance(resource, sns.CfnTopic):
        resource.kms_master_key_id = key.key_arn
    elif isinstance(resource, logs.CfnLogGroup):
        resource.kms_key_id = key.key_arn
    elif isinstance(resource, events.CfnEventBus | events.CfnArchive):
        resource.kms_key_identifier = key.key_arn
    elif isinstance(resource, dynamodb.CfnGlobalTable):
        sse = "Replicas.0.SSESpecification.KMSMasterKeyId"
        resource.add_property_override(sse, key.key_arn)
    elif isinstance(resource, s3.CfnBucket):
        resource.bucket_encryption = _bucket_encryption(key)
    elif isinstance(resource, sfn.CfnStateMachine):
        resource.encryption_configuration = sfn.CfnStateMachine.EncryptionConfigurationProperty(
            type="CUSTOMER_MANAGED_KMS_KEY",
            kms_key_id=key.key_arn,
            kms_data_key_reuse_period_seconds=DATA_KEY_SECONDS,
        )


def _bucket_encryption(key: kms.IKey) -> s3.CfnBucket.BucketEncryptionProperty:
    by_default = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
        sse_algorithm="aws:kms", kms_master_key_id=key.key_arn
    )
    return s3.CfnBucket.BucketEncryptionProperty(
        server_side_encryption_configuration=[
            # A key for the bucket: one request to KMS for many objects.
            s3.CfnBucket.ServerSideEncryptionRuleProperty(
                bucket_key_enabled=True, server_side_encryption_by_default=by_default
            )
        ]
    )
