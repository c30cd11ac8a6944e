"""Metrics, logs and traces: everything an operator sees. Import-free; each part is its own module.

How a service plugs in (nothing here imports the workers or Celery)::

    # the process that starts everything, once:
    read_fd, write_fd = open_pipe()                        # judge.observe.metrics.pipe; keep both open
    server_socket = listen(host, port)                     # judge.observe.metrics.exporter; clear error when taken
    look = QueueLook(broker)                               # judge.observe.top.queue_look; made in the exporter
    config = ExporterConfig(...)
    fork -> run_exporter(config, read_fd, server_socket)   # close write_fd there, else it never sees the end

    # each child of a worker, once:
    writer = RecordWriter(write_fd)                        # judge.observe.metrics.pipe
    # first (judge.observe.metrics.pipe_records): it settles what a killed predecessor left open
    writer.send(SlotChanged(slot, SlotState.STARTING))
    sender = VerdictSender(writer, slot)                   # judge.observe.metrics.settlement

    # each submission:
    timeline = Timeline()                                  # judge.observe.timeline; give it grading's events
    with timeline.phase(Phase.CLAIM): ...
    sender.prepare(id, fence, judged_record(report, ...))  # judge.observe.metrics.judged_record; right before recording
    won = queue.run(calls.finish(...))
    sender.settle(won)

    # where it is noticed:
    writer.send(Counted(Count.LEASE_LOST))                 # also SelfTested, LanguageReady, CacheMeasured ...
"""
