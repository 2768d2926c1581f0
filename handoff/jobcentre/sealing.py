"""Sealing what we tell Jobcentre Plus so that only its private key opens it: CMS (RFC 5652) with AES-256.

CMS because the library we have makes it, every mail program and `openssl cms -decrypt` opens it, and the same
certificate serves files and S/MIME mail.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options
from cryptography.x509 import Certificate, load_pem_x509_certificate

SMALLEST_KEY = 2048  # bits


class BadCertificate(Exception):
    """Why a certificate cannot be used, as a sentence for who pasted it."""


def read_certificate(pem: str, now: datetime) -> Certificate:
    """The certificate in a PEM text; BadCertificate when nothing can be sealed with it now."""
    try:
        found = load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise BadCertificate("That is not a certificate. Paste it whole, from BEGIN to END.") from None
    key = found.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise BadCertificate(f"The certificate needs an RSA key of {SMALLEST_KEY:,} bits or more.")
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise BadCertificate("The certificate is not valid today. Ask Jobcentre Plus for a new one.")
    return found


def seal(data: bytes, pem: str, now: datetime) -> bytes:
    """The data as CMS EnvelopedData in DER, for the holder of the certificate's key. BadCertificate."""
    certificate = read_certificate(pem, now)
    builder = PKCS7EnvelopeBuilder().set_data(data).add_recipient(certificate)
    builder = builder.set_content_encryption_algorithm(AES256)
    return builder.encrypt(Encoding.DER, [PKCS7Options.Binary])
