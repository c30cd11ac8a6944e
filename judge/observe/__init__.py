"""Metrics, logs and traces: everything an operator sees. Import-free; each part is its own module.

How a service plugs in (nothing here imports the workers or Celery)::

    # the process that starts everything, once:
    read_fd, write_fd = open_pipe()                        # judge.observe.pipe; keep both open
    server_socket = listen(host, port)                     # judge.observe.exporter; clear error when taken
    look = QueueLook(broker)                               # judge.observe.queue_look; made in the exporter's process
    config = ExporterConfig(Vocabulary(languages), version, look.state, look.recorded_fence)
    fork -> run_exporter(config, read_fd, server_socket)   # close write_fd in that process, else it never sees the end

    # each child of a worker, once:
    writer = RecordWriter(write_fd)                        # judge.observe.pipe
    writer.send(SlotChanged(slot, SlotState.STARTING))     # judge.observe.record; first thing: settles what a killed
    sender = VerdictSender(writer, slot)                   # predecessor left open. judge.observe.settlement

    # each submission:
    timeline = Timeline()                                  # judge.observe.timeline; give it grading's events
    with timeline.phase(Phase.CLAIM): ...
    sender.prepare(id, fence, judged_record(report, ...))  # judge.observe.summary; right before the verdict is recorded
    won = queue.run(calls.finish(...))
    sender.settle(won)

    # whoever notices:
    writer.send(Counted(Count.LEASE_LOST))                 # also SelfTested, LanguageReady, CacheMeasured ...
"""
