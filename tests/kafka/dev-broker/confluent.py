"""The confluent-kafka client: create TOPIC PARTITIONS | produce TOPIC | join TOPIC GROUP."""

import signal
import sys

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

address, command, topic, *rest = sys.argv[1:]
base = {"bootstrap.servers": address}

if command == "create":
    admin = AdminClient(base)
    admin.create_topics([NewTopic(topic, int(rest[0]), 1)])[topic].result()

elif command == "produce":
    failures = []
    producer = Producer(base)
    for line in sys.stdin:
        key, value = line.rstrip("\n").split(":")
        producer.produce(topic, key=key, value=value, callback=lambda error, _: error and failures.append(error))
    producer.flush()
    sys.exit(str(failures[0]) if failures else 0)

else:
    consumer = Consumer({**base, "group.id": rest[0], "auto.offset.reset": "earliest"})
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    consumer.subscribe([topic])
    while not stopped:
        message = consumer.poll(0.1)
        if message is not None and not message.error():
            print(f"{message.key().decode()}:{message.value().decode()}", flush=True)
    consumer.close()
