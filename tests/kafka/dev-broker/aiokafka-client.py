"""The aiokafka client: create TOPIC PARTITIONS | produce TOPIC | join TOPIC GROUP."""

import asyncio
import signal
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

address, command, topic, *rest = sys.argv[1:]
base = {"bootstrap_servers": address}


async def create():
    admin = AIOKafkaAdminClient(**base)
    await admin.start()
    await admin.create_topics([NewTopic(topic, int(rest[0]), 1)])
    await admin.close()


async def produce():
    async with AIOKafkaProducer(**base, enable_idempotence=True) as producer:
        for line in sys.stdin:
            key, value = line.rstrip("\n").split(":")
            await producer.send_and_wait(topic, key=key.encode(), value=value.encode())


async def join():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    options = {"group_id": rest[0], "auto_offset_reset": "earliest", "heartbeat_interval_ms": 200}
    async with AIOKafkaConsumer(topic, **base, **options) as consumer:
        while not stopped.is_set():
            for messages in (await consumer.getmany(timeout_ms=100)).values():
                for message in messages:
                    print(f"{message.key.decode()}:{message.value.decode()}", flush=True)


asyncio.run({"create": create, "produce": produce, "join": join}[command]())
