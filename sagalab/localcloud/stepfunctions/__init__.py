"""Step Functions of the local cloud: moto's interpreter and API, adapted."""
