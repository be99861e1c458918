"""A certificate authority made at run time, shaped like the Turkish qualified ones (serialNumber = TCKN)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
CRL_URL = "http://sil.kok.example/liste.crl"


@dataclass
class Holder:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def asn1(self):
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    @property
    def asn1_key(self):
        return keys.PrivateKeyInfo.load(self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def name(common, number=None):
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if number:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    return x509.Name(parts)


def usage(*, ca):
    flags = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return x509.KeyUsage(digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca, **flags)


class Authority:
    """A root and an issuer below it."""

    def __init__(self, common="Örnek Kök Sertifika Hizmetleri"):
        self.root = self._ca(common, None)
        self.issuer = self._ca(f"{common} – Nitelikli Alt Kök", self.root)
        self.stamper_holder = self._make(
            name("Zaman Damgası Hizmeti"),
            [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)],
            NOW - timedelta(days=900), NOW + timedelta(days=900), self.issuer,
            key=rsa.generate_private_key(65537, 2048),
        )  # fmt: skip

    def _ca(self, common, by):
        extensions = [(x509.BasicConstraints(ca=True, path_length=None), True)]
        return self._make(name(common), extensions, NOW - timedelta(days=3000), NOW + timedelta(days=3000), by, ca=True)

    def _make(self, subject, extensions, since, until, by, *, ca=False, key=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
            .issuer_name(by.certificate.subject if by else subject)
            .serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
            .add_extension(usage(ca=ca), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )  # fmt: skip
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        if by:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.certificate.public_key())
            builder = builder.add_extension(identifier, critical=False)
        return Holder(key, builder.sign((by.key if by else key), hashes.SHA256()))

    def person(self, common, number, *, since=None, until=None, by="ours", list_at=CRL_URL):
        """A qualified certificate; `by=None`: self-signed."""
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(list_at)], None, None, None)
        return self._make(
            name(common, number), [(x509.CRLDistributionPoints([point]), False)],
            since or NOW - timedelta(days=300), until or NOW + timedelta(days=300), self.issuer if by == "ours" else by,
        )  # fmt: skip

    def crl(self, *, revoked=(), at=NOW - timedelta(hours=1), revoked_at=None):
        builder = (
            x509.CertificateRevocationListBuilder().issuer_name(self.issuer.certificate.subject)
            .last_update(at).next_update(at + timedelta(days=30))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.issuer.key.public_key()), critical=False
            )
            .add_extension(x509.CRLNumber(7), critical=False)
        )  # fmt: skip
        for holder in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
                .revocation_date(revoked_at or at - timedelta(days=1)).build()
            )  # fmt: skip
        return builder.sign(self.issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def signer(self, holder, *, encloses_issuer=True):
        store = SimpleCertificateStore()
        if encloses_issuer:
            store.register(self.issuer.asn1)
        return SimpleSigner(holder.asn1, holder.asn1_key, store)

    def stamper(self, at):
        store = SimpleCertificateStore()
        store.register(self.issuer.asn1)
        return DummyTimeStamper(self.stamper_holder.asn1, self.stamper_holder.asn1_key, store, fixed_dt=at)

    def write_roots(self, folder):
        (folder / "kok.pem").write_bytes(self.root.certificate.public_bytes(Encoding.PEM))
