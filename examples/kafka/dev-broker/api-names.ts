/** Kafka's requests. The index of each is its key. */
const names = `
  Produce Fetch ListOffsets Metadata LeaderAndIsr StopReplica UpdateMetadata
  ControlledShutdown OffsetCommit OffsetFetch FindCoordinator JoinGroup
  Heartbeat LeaveGroup SyncGroup DescribeGroups ListGroups SaslHandshake
  ApiVersions CreateTopics DeleteTopics DeleteRecords InitProducerId
  OffsetForLeaderEpoch AddPartitionsToTxn AddOffsetsToTxn EndTxn
  WriteTxnMarkers TxnOffsetCommit DescribeAcls CreateAcls DeleteAcls
  DescribeConfigs AlterConfigs AlterReplicaLogDirs DescribeLogDirs
  SaslAuthenticate CreatePartitions CreateDelegationToken RenewDelegationToken
  ExpireDelegationToken DescribeDelegationToken DeleteGroups ElectLeaders
  IncrementalAlterConfigs AlterPartitionReassignments
  ListPartitionReassignments OffsetDelete DescribeClientQuotas
  AlterClientQuotas DescribeUserScramCredentials AlterUserScramCredentials
  Vote BeginQuorumEpoch EndQuorumEpoch DescribeQuorum AlterPartition
  UpdateFeatures Envelope FetchSnapshot DescribeCluster DescribeProducers
  BrokerRegistration BrokerHeartbeat UnregisterBroker DescribeTransactions
  ListTransactions AllocateProducerIds ConsumerGroupHeartbeat
  ConsumerGroupDescribe ControllerRegistration GetTelemetrySubscriptions
  PushTelemetry AssignReplicasToDirs ListConfigResources
  DescribeTopicPartitions ShareGroupHeartbeat ShareGroupDescribe ShareFetch
  ShareAcknowledge`
  .trim()
  .split(/\s+/)

/** Returns the name of a request, such as "Fetch". */
export const nameOf = (key: number) => names[key] ?? `Request ${key}`
