//! Trust anchors as files: PEM or DER, one or several certificates in each.

use std::fs;
use std::path::{Path, PathBuf};

use x509_parser::pem::Pem;

use super::certificate::{Certificate, CertificateError};

/// Why a file gives no roots.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// It cannot be read.
    #[error("{}: 読めません: {cause} / cannot be read", .file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// What stands in it is no certificate that we can check with.
    #[error(
        "{}: 認証局証明書のPEMまたはDERではありません: {cause} / no certificate in PEM or DER", .file.display()
    )]
    Certificate {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        cause: CertificateError,
    },
    /// A certificate that may not issue others.
    #[error(
        "{}: 認証局の証明書ではありません ({subject}) / not the certificate of an authority: basicConstraints CA and keyCertSign are \
         missing", .file.display()
    )]
    NoAuthority {
        /// Which file.
        file: PathBuf,
        /// Whose it is.
        subject: String,
    },
}

/// Every root of every file.
///
/// # Errors
/// [`RootError`], naming the first file that is wrong.
pub fn load(files: &[PathBuf]) -> Result<Vec<Certificate>, RootError> {
    let mut roots = Vec::new();
    for file in files {
        let bytes = fs::read(file).map_err(|cause| RootError::File { file: file.clone(), cause })?;
        roots.extend(parse(file, bytes)?);
    }
    Ok(roots)
}

fn parse(file: &Path, bytes: Vec<u8>) -> Result<Vec<Certificate>, RootError> {
    let mut found: Vec<Vec<u8>> = Pem::iter_from_buffer(&bytes)
        .filter_map(Result::ok)
        .filter(|pem| pem.label == "CERTIFICATE")
        .map(|pem| pem.contents)
        .collect();
    if found.is_empty() {
        found.push(bytes);
    }
    found
        .iter()
        .map(|der| {
            let root =
                Certificate::parse(der).map_err(|cause| RootError::Certificate { file: file.to_owned(), cause })?;
            if root.is_authority && root.key_usage.certificate_signing {
                Ok(root)
            } else {
                Err(RootError::NoAuthority { file: file.to_owned(), subject: root.subject })
            }
        })
        .collect()
}
