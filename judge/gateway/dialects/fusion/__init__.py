"""The interface of SandboxFusion."""
