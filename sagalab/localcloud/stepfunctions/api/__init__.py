"""AWS's API of Step Functions: requests checked by botocore's service model, answers in its shapes.

`dispatch.Api` is the whole of it; each file holds the operations of one subject, as functions of the request's
parameters and of the place (store.Place: an account's region). The runs themselves are the driver's.
Sources of all words and rules: the API reference, which botocore's service model holds
(https://docs.aws.amazon.com/step-functions/latest/apireference/), and recordings of AWS.
"""
