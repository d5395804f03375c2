"""Escalation: does a person get what the agent cannot do, in time, once, and so that it can be acted on?"""
