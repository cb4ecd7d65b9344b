"""A cleaning that one broker is killed at, and that another goes on with."""

import time

from brokers import KAFKA, KAFKACTL, Failed, run

TOPIC = "half-cleaned"
KEYS, ROUNDS = 50, 200
WAIT_SECONDS_MAX = 120
NEVER_MS = 1 << 60
# A cleaner's throttle looks up every 300 ms, and what is written in one go may be cleaned by then.
TRIES_MAX = 6
CHECKPOINT = "cleaner-offset-checkpoint"
# So slow that it is met at work, and looks for work at once.
SLOWLY = "log.cleaner.io.max.bytes.per.second=2000000,log.cleaner.backoff.ms=50"
RATE = "log.cleaner.io.max.bytes.per.second"


def value(number):
    return f"{number} {'x' * 1000}"


def create(bootstrap):
    settings = ["cleanup.policy=compact", "segment.bytes=1048576", "min.cleanable.dirty.ratio=0.01"]
    run(KAFKACTL, "-b", bootstrap, "topic", "create", TOPIC, "-P", "1", "-R", "1",
        *(word for setting in settings for word in ("-C", setting)))


def write(bootstrap, times_before):
    """Ten segments, held back from the cleaner; every record is numbered by its offset."""
    run(KAFKACTL, "-b", bootstrap, "topic", "config", "set", TOPIC, f"min.compaction.lag.ms={NEVER_MS}")
    first = KEYS * ROUNDS * times_before
    numbers = range(first, first + KEYS * ROUNDS)
    lines = "".join(f"key-{number % KEYS}|{value(number)}\n" for number in numbers)
    run("kcat", "-b", bootstrap, "-P", "-t", TOPIC, "-p", "0", "-K|", "-X", "batch.size=16384", stdin=lines)


def set_for_brokers(bootstrap, *change):
    run(KAFKA, "tool", "configs", "--bootstrap-server", bootstrap, "--entity-type", "brokers", "--entity-default",
        "--alter", *change)


def release(bootstrap, topic=TOPIC):
    run(KAFKACTL, "-b", bootstrap, "topic", "config", "set", topic, "min.compaction.lag.ms=0")


def cleaned_to(folder, topic=TOPIC):
    checkpoint = folder / CHECKPOINT
    lines = checkpoint.read_text().splitlines() if checkpoint.exists() else []
    return next((int(line.split()[2]) for line in lines if line.startswith(f"{topic} 0 ")), 0)


def wait_until(what, is_so):
    end = time.monotonic() + WAIT_SECONDS_MAX
    while not is_so():
        if time.monotonic() > end:
            raise Failed(f"still waiting until {what}")
        time.sleep(0.005)


def leave(broker):
    """Kills a broker that has cleaned a part of a log."""
    partition = broker.folder / f"{TOPIC}-0"
    for attempt in range(TRIES_MAX):
        broker.start()
        if attempt == 0:
            create(broker.bootstrap)
        write(broker.bootstrap, attempt)
        set_for_brokers(broker.bootstrap, "--add-config", SLOWLY)
        before = cleaned_to(broker.folder)
        release(broker.bootstrap)
        wait_until("a cleaned segment is being written",
                   lambda: any(partition.glob("*.cleaned")) or cleaned_to(broker.folder) > before)
        broker.stop(kill=True)
        if cleaned_to(broker.folder) == before:
            return
    raise Failed(f"the cleaning was over before the broker was killed, {TRIES_MAX} times")


def clean_on(broker):
    """Lets a broker finish, and reads what is left."""
    broker.start()
    try:
        set_for_brokers(broker.bootstrap, "--delete-config", RATE)
        partition = broker.folder / f"{TOPIC}-0"
        active = max(int(path.stem) for path in partition.glob("*.log"))
        wait_until("the log is clean", lambda: cleaned_to(broker.folder) >= active > 0)
        left = run("kcat", "-b", broker.bootstrap, "-C", "-q", "-e", "-o", "beginning", "-t", TOPIC, "-f",
                   "%k|%o|%s\\n").stdout.splitlines()
    finally:
        broker.stop()
    records = [line.split("|") for line in left]
    for key, offset, text in records:
        if key != f"key-{int(offset) % KEYS}" or text != value(int(offset)):
            raise Failed(f"{key} at offset {offset} is {text[:20]}")
    offsets = {int(offset) for _, offset, _ in records}
    end = max(offsets) + 1
    if end % (KEYS * ROUNDS):
        raise Failed(f"the last record is at offset {end - 1}, which is none that ends what was written in one go")
    # Each key once where it was cleaned, and all that was not.
    if not set(range(active, end)) <= offsets or len(offsets) > end - active + KEYS:
        raise Failed(f"{len(offsets)} records are left, the active segment begins at {active}")
