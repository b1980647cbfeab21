// The kafka-go client: create TOPIC PARTITIONS | produce TOPIC | join TOPIC GROUP.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	address, command, topic, rest := os.Args[1], os.Args[2], os.Args[3], os.Args[4:]
	run := map[string]func() error{
		"create":  func() error { return create(address, topic, rest[0]) },
		"produce": func() error { return produce(ctx, address, topic) },
		"join":    func() error { return join(ctx, address, topic, rest[0]) },
	}[command]
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func create(address, topic, partitions string) error {
	connection, err := kafka.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	count, err := strconv.Atoi(partitions)
	if err != nil {
		return err
	}
	return connection.CreateTopics(kafka.TopicConfig{Topic: topic, NumPartitions: count, ReplicationFactor: 1})
}

func produce(ctx context.Context, address, topic string) error {
	var messages []kafka.Message
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		messages = append(messages, kafka.Message{Key: []byte(key), Value: []byte(value)})
	}
	writer := &kafka.Writer{
		Addr:         kafka.TCP(address),
		Topic:        topic,
		Balancer:     &kafka.Hash{},
		RequiredAcks: kafka.RequireAll,
		BatchTimeout: 10 * time.Millisecond,
	}
	defer writer.Close()
	return writer.WriteMessages(ctx, messages...)
}

func join(ctx context.Context, address, topic, group string) error {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers:           []string{address},
		Topic:             topic,
		GroupID:           group,
		StartOffset:       kafka.FirstOffset,
		MaxWait:           200 * time.Millisecond,
		HeartbeatInterval: 200 * time.Millisecond,
	})
	defer reader.Close()
	for {
		message, err := reader.ReadMessage(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s:%s\n", message.Key, message.Value)
	}
}
