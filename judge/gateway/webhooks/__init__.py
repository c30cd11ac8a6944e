"""Webhooks: what gateways send by themselves, signed as the Standard Webhooks specification says."""
