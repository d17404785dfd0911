"""The other services of the local cloud: moto's DynamoDB, SQS and clients, adapted."""
