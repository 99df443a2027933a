"""Calls the object store at STORE_URL with boto3, and prints what came of each call as one JSON object."""

import io
import json
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MEBIBYTE = 1024**2
BUCKET = sys.argv[1]
KEY = 'x/a b+ü.txt'
PARTS = TransferConfig(multipart_threshold=6 * MEBIBYTE, multipart_chunksize=5 * MEBIBYTE)
LARGE = os.urandom(12 * MEBIBYTE)


def connect(signature_version):
    config = Config(signature_version=signature_version)
    return boto3.client('s3', endpoint_url=os.environ['STORE_URL'], config=config)


s3 = connect('s3v4')
old_s3 = connect('s3')


def download(key):
    content = io.BytesIO()
    s3.download_fileobj(BUCKET, key, content, Config=PARTS)
    return content.getvalue()


def error_of(call):
    try:
        call()
    except ClientError as error:
        return error.response['Error']['Code']
    return 'none'


def objects():
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b'content', ContentType='text/plain', Metadata={'who': 'me'})
    head = s3.head_object(Bucket=BUCKET, Key=KEY)
    part = s3.get_object(Bucket=BUCKET, Key=KEY, Range='bytes=1-3')
    return {
        'content': s3.get_object(Bucket=BUCKET, Key=KEY)['Body'].read().decode(),
        'part': part['Body'].read().decode(),
        'partStatus': part['ResponseMetadata']['HTTPStatusCode'],
        'sizeBytes': head['ContentLength'],
        'type': head['ContentType'],
        'metadata': head['Metadata'],
    }


def listing():
    for key in ['l/1', 'l/2', 'l/3', 'l/4/5', 'l/4/6']:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b'')
    pages = s3.get_paginator('list_objects_v2').paginate(
        Bucket=BUCKET, Prefix='l/', Delimiter='/', PaginationConfig={'PageSize': 2}
    )
    return [
        {
            'keys': [item['Key'] for item in page.get('Contents', [])],
            'prefixes': [item['Prefix'] for item in page.get('CommonPrefixes', [])],
        }
        for page in pages
    ]


def large():
    s3.upload_fileobj(io.BytesIO(LARGE), BUCKET, 'large', Config=PARTS)
    s3.copy({'Bucket': BUCKET, 'Key': 'large'}, BUCKET, 'large copy', Config=PARTS)
    return {
        'same': download('large') == LARGE,
        'copySame': download('large copy') == LARGE,
        'etagEnd': s3.head_object(Bucket=BUCKET, Key='large copy')['ETag'][-3:],
        'uploadsLeft': len(s3.list_multipart_uploads(Bucket=BUCKET).get('Uploads', [])),
    }


def copy():
    s3.copy_object(CopySource={'Bucket': BUCKET, 'Key': KEY}, Bucket=BUCKET, Key='copy')
    head = s3.head_object(Bucket=BUCKET, Key='copy')
    return {'content': download('copy').decode(), 'metadata': head['Metadata']}


def delete():
    s3.delete_object(Bucket=BUCKET, Key='copy')
    answer = s3.delete_objects(Bucket=BUCKET, Delete={'Objects': [{'Key': 'l/1'}, {'Key': 'none'}]})
    return {
        'deleted': [item['Key'] for item in answer['Deleted']],
        'copy': error_of(lambda: s3.get_object(Bucket=BUCKET, Key='copy')),
    }


def links():
    def link(client, method, key):
        return client.generate_presigned_url(method, Params={'Bucket': BUCKET, 'Key': key}, ExpiresIn=60)

    form = s3.generate_presigned_post(BUCKET, 'form')
    return {
        'get': link(s3, 'get_object', KEY),
        'put': link(s3, 'put_object', 'put by link'),
        'oldGet': link(old_s3, 'get_object', KEY),
        'form': form['url'],
        'formFields': form['fields'],
    }


def refusals():
    return {
        'NoSuchKey': error_of(lambda: s3.get_object(Bucket=BUCKET, Key='none')),
        'NoSuchBucket': error_of(lambda: s3.list_objects_v2(Bucket='no-such-bucket')),
        'tagging': error_of(lambda: s3.put_object(Bucket=BUCKET, Key='t', Body=b'', Tagging='a=b')),
        'versions': error_of(lambda: s3.list_object_versions(Bucket=BUCKET)),
        'acl': error_of(lambda: s3.put_object_acl(Bucket=BUCKET, Key=KEY, ACL='public-read')),
        'encryption': error_of(
            lambda: s3.put_object(Bucket=BUCKET, Key='t', Body=b'', ServerSideEncryption='AES256')
        ),
        'lifecycle': error_of(lambda: s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)),
        'oldSignature': error_of(lambda: old_s3.list_buckets()),
    }


steps = [objects, listing, large, copy, delete, links, refusals]
print(json.dumps({step.__name__: step() for step in steps}))
