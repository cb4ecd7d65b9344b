"""A cleaner begins where the checkpoint of the one before it says: what lies before that stays as it is.

The checkpoint is written by hand, over a part that holds each key many times: whoever reads it again would thin it out.
"""

import json

from brokers import KAFKACTL, Failed, run
from half_cleaned import CHECKPOINT, NEVER_MS, cleaned_to, release, value, wait_until

TOPIC = "clean-head"
# Keys of one group do not come in another. The first group lies in the first segment, the fourth behind it.
GROUPS, RECORDS_PER_GROUP, KEYS_PER_GROUP = 9, 500, 5


def leave(broker):
    """A compacted log whose first segment counts as clean, and the offset behind it."""
    broker.start()
    settings = ["cleanup.policy=compact", "segment.bytes=1048576", "min.cleanable.dirty.ratio=0.01",
                f"min.compaction.lag.ms={NEVER_MS}"]
    run(KAFKACTL, "-b", broker.bootstrap, "topic", "create", TOPIC, "-P", "1", "-R", "1",
        *(word for setting in settings for word in ("-C", setting)))
    lines = "".join(f"{n // RECORDS_PER_GROUP}-{n % KEYS_PER_GROUP}|{value(n)}\n" for n in range(GROUPS * RECORDS_PER_GROUP))
    run("kcat", "-b", broker.bootstrap, "-P", "-t", TOPIC, "-p", "0", "-K|", "-X", "batch.size=16384", stdin=lines)
    broker.stop()
    bases = sorted(int(path.stem) for path in (broker.folder / f"{TOPIC}-0").glob("*.log"))
    if len(bases) < 4 or not RECORDS_PER_GROUP <= bases[1] <= 3 * RECORDS_PER_GROUP:
        raise Failed(f"segments begin at {bases}")
    checkpoint = broker.folder / CHECKPOINT
    entries = checkpoint.read_text().splitlines()[2:] if checkpoint.exists() else []
    entries = [entry for entry in entries if not entry.startswith(f"{TOPIC} ")] + [f"{TOPIC} 0 {bases[1]}"]
    checkpoint.write_text("\n".join(["0", str(len(entries)), *entries]) + "\n")


def clean_on(broker):
    broker.start()
    try:
        release(broker.bootstrap, TOPIC)
        active = max(int(path.stem) for path in (broker.folder / f"{TOPIC}-0").glob("*.log"))
        wait_until("the log is clean", lambda: cleaned_to(broker.folder, TOPIC) >= active)
        left = run(KAFKACTL, "-b", broker.bootstrap, "consume", TOPIC, "-o", "jsonl").stdout.splitlines()
    finally:
        broker.stop()
    keys = [json.loads(line)["key"] for line in left]
    counts = [sum(key.startswith(f"{group}-") for key in keys) for group in (0, 3)]
    if counts != [RECORDS_PER_GROUP, KEYS_PER_GROUP]:
        raise Failed(f"{counts} records are left of the first and the fourth group")
