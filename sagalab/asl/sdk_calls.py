"""Calls of services as a Resource names them (arn:aws:states:::aws-sdk:SERVICE:CALL), for the services that sagas use.

Service: the name of the SDK for Java; call: the API's action in camel case
(https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html). The names are botocore's, and a
test compares them. Of every other service nothing is known here.
"""

CALLS: dict[str, frozenset[str]] = {
    service: frozenset(calls.split())
    for service, calls in {
        "cloudwatchlogs": """
            associateKmsKey associateSourceToS3TableIntegration cancelExportTask cancelImportTask createDelivery
            createExportTask createImportTask createLogAnomalyDetector createLogGroup createLogStream
            createLookupTable createScheduledQuery deleteAccountPolicy deleteDataProtectionPolicy deleteDelivery
            deleteDeliveryDestination deleteDeliveryDestinationPolicy deleteDeliverySource deleteDestination
            deleteIndexPolicy deleteIntegration deleteLogAnomalyDetector deleteLogGroup deleteLogStream
            deleteLookupTable deleteMetricFilter deleteQueryDefinition deleteResourcePolicy deleteRetentionPolicy
            deleteScheduledQuery deleteSubscriptionFilter deleteSyslogConfiguration deleteTransformer
            describeAccountPolicies describeConfigurationTemplates describeDeliveries describeDeliveryDestinations
            describeDeliverySources describeDestinations describeExportTasks describeFieldIndexes
            describeImportTaskBatches describeImportTasks describeIndexPolicies describeLogGroups describeLogStreams
            describeLookupTables describeMetricFilters describeQueries describeQueryDefinitions
            describeResourcePolicies describeSubscriptionFilters disassociateKmsKey
            disassociateSourceFromS3TableIntegration filterLogEvents getDataProtectionPolicy getDelivery
            getDeliveryDestination getDeliveryDestinationPolicy getDeliverySource getIntegration
            getLogAnomalyDetector getLogEvents getLogFields getLogGroupFields getLogObject getLogRecord
            getLookupTable getQueryResults getScheduledQuery getScheduledQueryHistory getStorageTierPolicy
            getTransformer listAggregateLogGroupSummaries listAnomalies listIntegrations listLogAnomalyDetectors
            listLogGroups listLogGroupsForQuery listScheduledQueries listSourcesForS3TableIntegration
            listSyslogConfigurations listTagsForResource listTagsLogGroup putAccountPolicy
            putBearerTokenAuthentication putDataProtectionPolicy putDeliveryDestination putDeliveryDestinationPolicy
            putDeliverySource putDestination putDestinationPolicy putIndexPolicy putIntegration putLogEvents
            putLogGroupDeletionProtection putMetricFilter putQueryDefinition putResourcePolicy putRetentionPolicy
            putStorageTierPolicy putSubscriptionFilter putSyslogConfiguration putTransformer startLiveTail
            startQuery stopQuery tagLogGroup tagResource testMetricFilter testTransformer untagLogGroup
            untagResource updateAnomaly updateDeliveryConfiguration updateLogAnomalyDetector updateLookupTable
            updateScheduledQuery
        """,
        "dynamodb": """
            batchExecuteStatement batchGetItem batchWriteItem cancelBulkOperation createBackup createGlobalTable
            createTable deleteBackup deleteItem deleteResourcePolicy deleteTable describeBackup
            describeBulkOperation describeContinuousBackups describeContributorInsights describeEndpoints
            describeExport describeGlobalTable describeGlobalTableSettings describeImport
            describeKinesisStreamingDestination describeLimits describeTable describeTableReplicaAutoScaling
            describeTimeToLive disableKinesisStreamingDestination enableKinesisStreamingDestination executeStatement
            executeTransaction exportTableToPointInTime getItem getResourcePolicy importTable listBackups
            listBulkOperations listContributorInsights listExports listGlobalTables listImports listTables
            listTagsOfResource putItem putResourcePolicy query restoreTableFromBackup restoreTableToPointInTime scan
            searchVectors startBulkPutItems tagResource transactGetItems transactWriteItems untagResource
            updateContinuousBackups updateContributorInsights updateGlobalTable updateGlobalTableSettings updateItem
            updateKinesisStreamingDestination updateTable updateTableReplicaAutoScaling updateTimeToLive
        """,
        "dynamodbstreams": """
            describeStream getRecords getShardIterator listStreams
        """,
        "eventbridge": """
            activateEventSource cancelReplay createApiDestination createArchive createConnection createEndpoint
            createEventBus createPartnerEventSource deactivateEventSource deauthorizeConnection deleteApiDestination
            deleteArchive deleteConnection deleteEndpoint deleteEventBus deletePartnerEventSource deleteRule
            describeApiDestination describeArchive describeConnection describeEndpoint describeEventBus
            describeEventSource describePartnerEventSource describeReplay describeRule disableRule enableRule
            listApiDestinations listArchives listConnections listEndpoints listEventBuses listEventSources
            listPartnerEventSourceAccounts listPartnerEventSources listReplays listRuleNamesByTarget listRules
            listTagsForResource listTargetsByRule putEvents putPartnerEvents putPermission putRule putTargets
            removePermission removeTargets startReplay tagResource testEventPattern untagResource
            updateApiDestination updateArchive updateConnection updateEndpoint updateEventBus
        """,
        "iam": """
            acceptDelegationRequest acquireRole addClientIDToOpenIDConnectProvider addRoleToInstanceProfile
            addUserToGroup associateDelegationRequest attachGroupPolicy attachRolePolicy attachUserPolicy
            changePassword createAccessKey createAccountAlias createDelegationRequest createGroup
            createInstanceProfile createLoginProfile createOpenIDConnectProvider createPolicy createPolicyVersion
            createRole createSAMLProvider createServiceLinkedRole createServiceSpecificCredential createUser
            createVirtualMFADevice deactivateMFADevice deleteAccessKey deleteAccountAlias
            deleteAccountPasswordPolicy deleteGroup deleteGroupPolicy deleteInstanceProfile deleteLoginProfile
            deleteOpenIDConnectProvider deletePolicy deletePolicyVersion deleteRole deleteRolePermissionsBoundary
            deleteRolePolicy deleteSAMLProvider deleteSSHPublicKey deleteServerCertificate deleteServiceLinkedRole
            deleteServiceSpecificCredential deleteSigningCertificate deleteUser deleteUserPermissionsBoundary
            deleteUserPolicy deleteVirtualMFADevice detachGroupPolicy detachRolePolicy detachUserPolicy
            disableOrganizationsRootCredentialsManagement disableOrganizationsRootSessions
            disableOutboundWebIdentityFederation enableMFADevice enableOrganizationsRootCredentialsManagement
            enableOrganizationsRootSessions enableOutboundWebIdentityFederation generateCredentialReport
            generateOrganizationsAccessReport generateServiceLastAccessedDetails getAccessKeyLastUsed
            getAccountAuthorizationDetails getAccountPasswordPolicy getAccountProperties getAccountSummary
            getContextKeysForCustomPolicy getContextKeysForPrincipalPolicy getCredentialReport getDelegationRequest
            getGroup getGroupPolicy getHumanReadableSummary getInstanceProfile getLoginProfile getMFADevice
            getOpenIDConnectProvider getOrganizationsAccessReport getOutboundWebIdentityFederationInfo getPolicy
            getPolicyVersion getRole getRolePolicy getRoleTemplateVersion getSAMLProvider getSSHPublicKey
            getServerCertificate getServiceLastAccessedDetails getServiceLastAccessedDetailsWithEntities
            getServiceLinkedRoleDeletionStatus getUser getUserPolicy listAccessKeys listAccountAliases
            listAttachedGroupPolicies listAttachedRolePolicies listAttachedUserPolicies listDelegationRequests
            listEntitiesForPolicy listGroupPolicies listGroups listGroupsForUser listInstanceProfileTags
            listInstanceProfiles listInstanceProfilesForRole listMFADeviceTags listMFADevices
            listOpenIDConnectProviderTags listOpenIDConnectProviders listOrganizationsFeatures listPolicies
            listPoliciesGrantingServiceAccess listPolicyTags listPolicyVersions listRolePolicies listRoleTags
            listRoles listSAMLProviderTags listSAMLProviders listSSHPublicKeys listServerCertificateTags
            listServerCertificates listServiceSpecificCredentials listSigningCertificates listUserPolicies
            listUserTags listUsers listVirtualMFADevices putAccountProperties putGroupPolicy
            putRolePermissionsBoundary putRolePolicy putUserPermissionsBoundary putUserPolicy
            rejectDelegationRequest removeClientIDFromOpenIDConnectProvider removeRoleFromInstanceProfile
            removeUserFromGroup resetServiceSpecificCredential resyncMFADevice sendDelegationToken
            setDefaultPolicyVersion setSecurityTokenServicePreferences simulateCustomPolicy simulatePrincipalPolicy
            tagInstanceProfile tagMFADevice tagOpenIDConnectProvider tagPolicy tagRole tagSAMLProvider
            tagServerCertificate tagUser untagInstanceProfile untagMFADevice untagOpenIDConnectProvider untagPolicy
            untagRole untagSAMLProvider untagServerCertificate untagUser updateAccessKey updateAccountPasswordPolicy
            updateAssumeRolePolicy updateDelegationRequest updateGroup updateLoginProfile
            updateOpenIDConnectProviderThumbprint updateRole updateRoleDescription updateSAMLProvider
            updateSSHPublicKey updateServerCertificate updateServiceSpecificCredential updateSigningCertificate
            updateUser uploadSSHPublicKey uploadServerCertificate uploadSigningCertificate
        """,
        "kms": """
            cancelKeyDeletion connectCustomKeyStore createAlias createCustomKeyStore createGrant createKey
            decapsulate decrypt deleteAlias deleteCustomKeyStore deleteImportedKeyMaterial deriveSharedSecret
            describeCustomKeyStores describeKey disableKey disableKeyRotation disconnectCustomKeyStore enableKey
            enableKeyRotation encapsulate encrypt generateDataKey generateDataKeyPair
            generateDataKeyPairWithoutPlaintext generateDataKeyWithoutPlaintext generateMac generateRandom
            getKeyLastUsage getKeyPolicy getKeyRotationStatus getParametersForImport getPublicKey importKeyMaterial
            listAliases listGrants listKeyPolicies listKeyRotations listKeys listResourceTags listRetirableGrants
            putKeyPolicy reEncrypt replicateKey retireGrant revokeGrant rotateKeyOnDemand scheduleKeyDeletion sign
            tagResource untagResource updateAlias updateCustomKeyStore updateKeyDescription updatePrimaryRegion
            verify verifyMac
        """,
        "lambda": """
            addLayerVersionPermission addPermission checkpointDurableExecution createAlias createCapacityProvider
            createCodeSigningConfig createEventSourceMapping createFunction createFunctionUrlConfig deleteAlias
            deleteCapacityProvider deleteCodeSigningConfig deleteDurableExecution deleteEventSourceMapping
            deleteFunction deleteFunctionCodeSigningConfig deleteFunctionConcurrency deleteFunctionEventInvokeConfig
            deleteFunctionUrlConfig deleteLayerVersion deleteProvisionedConcurrencyConfig deleteResourcePolicy
            getAccountSettings getAlias getCapacityProvider getCodeSigningConfig getDurableExecution
            getDurableExecutionHistory getDurableExecutionState getEventSourceMapping getFunction
            getFunctionCodeSigningConfig getFunctionConcurrency getFunctionConfiguration
            getFunctionEventInvokeConfig getFunctionRecursionConfig getFunctionScalingConfig getFunctionUrlConfig
            getLayerVersion getLayerVersionByArn getLayerVersionPolicy getPolicy getProvisionedConcurrencyConfig
            getResourcePolicy getRuntimeManagementConfig invoke invokeAsync invokeWithResponseStream listAliases
            listCapacityProviders listCodeSigningConfigs listDurableExecutionsByFunction listEventSourceMappings
            listFunctionEventInvokeConfigs listFunctionUrlConfigs listFunctionVersionsByCapacityProvider
            listFunctions listFunctionsByCodeSigningConfig listLayerVersions listLayers
            listProvisionedConcurrencyConfigs listTags listVersionsByFunction pauseDurableExecution
            publishLayerVersion publishVersion putFunctionCodeSigningConfig putFunctionConcurrency
            putFunctionEventInvokeConfig putFunctionRecursionConfig putFunctionScalingConfig
            putProvisionedConcurrencyConfig putResourcePolicy putRuntimeManagementConfig
            removeLayerVersionPermission removePermission resumeDurableExecution sendDurableExecutionCallbackFailure
            sendDurableExecutionCallbackHeartbeat sendDurableExecutionCallbackSuccess stopDurableExecution
            tagResource untagResource updateAlias updateCapacityProvider updateCodeSigningConfig
            updateEventSourceMapping updateFunctionCode updateFunctionConfiguration updateFunctionEventInvokeConfig
            updateFunctionUrlConfig
        """,
        "resourcegroupstaggingapi": """
            describeReportCreation getComplianceSummary getResources getTagKeys getTagValues listRequiredTags
            startReportCreation tagResources untagResources
        """,
        "s3": """
            abortMultipartUpload completeMultipartUpload copyObject createBucket createBucketMetadataConfiguration
            createBucketMetadataTableConfiguration createMultipartUpload createSession deleteBucket
            deleteBucketAnalyticsConfiguration deleteBucketCors deleteBucketEncryption
            deleteBucketIntelligentTieringConfiguration deleteBucketInventoryConfiguration deleteBucketLifecycle
            deleteBucketMetadataConfiguration deleteBucketMetadataTableConfiguration
            deleteBucketMetricsConfiguration deleteBucketOwnershipControls deleteBucketPolicy
            deleteBucketReplication deleteBucketTagging deleteBucketWebsite deleteObject deleteObjectAnnotation
            deleteObjectTagging deleteObjects deletePublicAccessBlock getBucketAbac getBucketAccelerateConfiguration
            getBucketAcl getBucketAnalyticsConfiguration getBucketCors getBucketEncryption
            getBucketIntelligentTieringConfiguration getBucketInventoryConfiguration getBucketLifecycle
            getBucketLifecycleConfiguration getBucketLocation getBucketLogging getBucketMetadataConfiguration
            getBucketMetadataTableConfiguration getBucketMetricsConfiguration getBucketNotification
            getBucketNotificationConfiguration getBucketOwnershipControls getBucketPolicy getBucketPolicyStatus
            getBucketReplication getBucketRequestPayment getBucketTagging getBucketVersioning getBucketWebsite
            getObject getObjectAcl getObjectAnnotation getObjectAttributes getObjectLegalHold
            getObjectLockConfiguration getObjectRetention getObjectTagging getObjectTorrent getPublicAccessBlock
            headBucket headObject listBucketAnalyticsConfigurations listBucketIntelligentTieringConfigurations
            listBucketInventoryConfigurations listBucketMetricsConfigurations listBuckets listDirectoryBuckets
            listMultipartUploads listObjectAnnotations listObjectVersions listObjects listObjectsV2 listParts
            putBucketAbac putBucketAccelerateConfiguration putBucketAcl putBucketAnalyticsConfiguration
            putBucketCors putBucketEncryption putBucketIntelligentTieringConfiguration
            putBucketInventoryConfiguration putBucketLifecycle putBucketLifecycleConfiguration putBucketLogging
            putBucketMetricsConfiguration putBucketNotification putBucketNotificationConfiguration
            putBucketOwnershipControls putBucketPolicy putBucketReplication putBucketRequestPayment putBucketTagging
            putBucketVersioning putBucketWebsite putObject putObjectAcl putObjectAnnotation putObjectLegalHold
            putObjectLockConfiguration putObjectRetention putObjectTagging putPublicAccessBlock renameObject
            restoreObject selectObjectContent updateBucketMetadataAnnotationTableConfiguration
            updateBucketMetadataInventoryTableConfiguration updateBucketMetadataJournalTableConfiguration
            updateObjectEncryption uploadPart uploadPartCopy writeGetObjectResponse
        """,
        "secretsmanager": """
            associateCrossAccountReplica batchGetSecretValue cancelRotateSecret createSecret deleteResourcePolicy
            deleteSecret describeSecret disassociateCrossAccountReplica getRandomPassword getResourcePolicy
            getSecretValue listResourcePolicies listSecretVersionIds listSecrets putResourcePolicy putSecretValue
            removeRegionsFromReplication replicateSecretToRegions restoreSecret rotateSecret
            stopReplicationToReplica tagResource untagResource updateSecret updateSecretVersionStage
            validateResourcePolicy
        """,
        "sfn": """
            createActivity createStateMachine createStateMachineAlias deleteActivity deleteStateMachine
            deleteStateMachineAlias deleteStateMachineVersion describeActivity describeExecution describeMapRun
            describeStateMachine describeStateMachineAlias describeStateMachineForExecution getActivityTask
            getExecutionHistory listActivities listExecutions listMapRuns listStateMachineAliases
            listStateMachineVersions listStateMachines listTagsForResource publishStateMachineVersion
            redriveExecution sendTaskFailure sendTaskHeartbeat sendTaskSuccess startExecution startSyncExecution
            stopExecution tagResource testState untagResource updateMapRun updateStateMachine
            updateStateMachineAlias validateStateMachineDefinition
        """,
        "sns": """
            addPermission checkIfPhoneNumberIsOptedOut confirmSubscription createPlatformApplication
            createPlatformEndpoint createSMSSandboxPhoneNumber createTopic deleteEndpoint deletePlatformApplication
            deleteSMSSandboxPhoneNumber deleteTopic getDataProtectionPolicy getEndpointAttributes
            getPlatformApplicationAttributes getSMSAttributes getSMSSandboxAccountStatus getSubscriptionAttributes
            getTopicAttributes listEndpointsByPlatformApplication listOriginationNumbers listPhoneNumbersOptedOut
            listPlatformApplications listSMSSandboxPhoneNumbers listSubscriptions listSubscriptionsByTopic
            listTagsForResource listTopics optInPhoneNumber publish publishBatch putDataProtectionPolicy
            removePermission setEndpointAttributes setPlatformApplicationAttributes setSMSAttributes
            setSubscriptionAttributes setTopicAttributes subscribe tagResource unsubscribe untagResource
            verifySMSSandboxPhoneNumber
        """,
        "sqs": """
            addPermission cancelMessageMoveTask changeMessageVisibility changeMessageVisibilityBatch createQueue
            deleteMessage deleteMessageBatch deleteQueue getQueueAttributes getQueueUrl listDeadLetterSourceQueues
            listMessageMoveTasks listQueueTags listQueues purgeQueue receiveMessage removePermission sendMessage
            sendMessageBatch setQueueAttributes startMessageMoveTask tagQueue untagQueue
        """,
        "sts": """
            assumeRole assumeRoleWithSAML assumeRoleWithWebIdentity assumeRoot decodeAuthorizationMessage
            getAccessKeyInfo getCallerIdentity getDelegatedAccessToken getFederationToken getSessionToken
            getWebIdentityToken
        """,
    }.items()
}
OTHER_NAMES = {  # by which other tools call a service, and Step Functions does not
    "stepfunctions": "sfn",
    "states": "sfn",
    "logs": "cloudwatchlogs",
    "events": "eventbridge",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancingv2",
    "ce": "costexplorer",
    "dynamo": "dynamodb",
}
