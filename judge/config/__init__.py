"""Settings: frozen, read once from a TOML file and the environment. :mod:`judge.config.sections` has them all."""

from judge.config.gateway_section import GatewaySettings
from judge.config.layer_section import LayerSettings
from judge.config.load import DEFAULT_FILE, Sourced, inherited_settings, load_settings, read_settings
from judge.config.playground_section import PlaygroundSettings
from judge.config.program_section import ProgramSettings
from judge.config.queue_section import QueueSettings
from judge.config.sections import (
    BlobSettings,
    BrokerSettings,
    GradingSettings,
    LeaseSettings,
    LimitSettings,
    LogSettings,
    MetricsSettings,
    PackageSettings,
    RedisSettings,
    SandboxSettings,
    Settings,
    TicketSettings,
    WorkerSettings,
)
from judge.config.sign_in_section import SignInSettings
from judge.config.state_section import StateSettings
from judge.config.webhook_section import WebhookSettings

__all__ = [
    "DEFAULT_FILE",
    "BlobSettings",
    "BrokerSettings",
    "GatewaySettings",
    "GradingSettings",
    "LayerSettings",
    "LeaseSettings",
    "LimitSettings",
    "LogSettings",
    "MetricsSettings",
    "PackageSettings",
    "PlaygroundSettings",
    "ProgramSettings",
    "QueueSettings",
    "RedisSettings",
    "SandboxSettings",
    "Settings",
    "SignInSettings",
    "Sourced",
    "StateSettings",
    "TicketSettings",
    "WebhookSettings",
    "WorkerSettings",
    "inherited_settings",
    "load_settings",
    "read_settings",
]
