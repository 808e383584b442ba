//! TLS where no proxy speaks it for us: 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN (RFC 9325).
use super::Failure;
use std::{path::Path, sync::Arc};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// From a certificate chain and its private key, both PEM.
pub(super) fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, Failure> {
    let wrong = |setting: &str, path: &Path, why: &dyn std::fmt::Display| {
        Failure::refused(format!("`{setting}`: {}: {why}", path.display()))
    };
    let in_chain = |why: &dyn std::fmt::Display| wrong("tls_cert_file", chain, why);
    let certificates = CertificateDer::pem_file_iter(chain).map_err(|why| in_chain(&why))?;
    let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(|why| in_chain(&why))?;
    if certificates.is_empty() {
        return Err(in_chain(&"holds no certificate"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|why| wrong("tls_key_file", key, &why))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = builder.with_safe_default_protocol_versions().map_err(|why| in_chain(&why))?;
    let config = config.with_no_client_auth().with_single_cert(certificates, private);
    let mut config = config.map_err(|why| wrong("tls_key_file", key, &why))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
