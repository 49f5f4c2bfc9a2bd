"""Amazon S3's presigned door on one machine: whoever has a signed URL reaches the blobs in Redis, and nobody else.

Source: Amazon S3, "Download and upload objects with presigned URLs", and the REST API's PutObject and GetObject.
"""

from local.object_store.app import Blobs, ObjectStore

__all__ = ["Blobs", "ObjectStore"]
