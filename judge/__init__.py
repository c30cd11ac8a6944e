"""A programmable code-execution judge: sandbox, grading pipeline, queue service.

Kept free of imports on purpose: the sandbox's zygote imports this package in a process
whose memory and start-up time are part of the price of every slot.
"""
