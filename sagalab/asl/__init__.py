"""The Amazon States Language itself, pure: no boto3, no moto, no files, no threads, no clock."""
