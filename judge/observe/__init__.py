"""Metrics, logs and traces: everything an operator sees. Import-free; each part is its own module.

How a service plugs in (nothing here imports the queue, the workers or Celery)::

    # the process that starts everything, once:
    read_fd, write_fd = open_pipe()                        # judge.observe.pipe; keep both open
    server_socket = listen(host, port)                     # judge.observe.exporter; clear error when taken
    config = ExporterConfig(Vocabulary(languages, classes), version, queue_probe, recorded_attempt)
    fork -> run_exporter(config, read_fd, server_socket)   # close write_fd in that process, else it never sees the end

    # each child of a worker, once:
    writer = RecordWriter(write_fd)                        # judge.observe.pipe
    writer.send(SlotChanged(slot, SlotState.STARTING))     # judge.observe.record; first thing: settles what a killed
    sender = VerdictSender(writer, slot)                   # predecessor left open. judge.observe.settlement

    # each submission:
    timeline = Timeline(); with timeline.phase(Phase.CLAIM): ...         # judge.observe.timeline; also takes events
    sender.prepare(id, judged_record(report, ...))         # judge.observe.summary; right before the verdict is recorded
    won = queue.finish(...)
    sender.settle(won)

    # whoever notices:
    writer.send(Counted(Count.LEASE_EXPIRED))              # also SelfTested, LanguageReady, NoiseMeasured, Cache...
"""
