//! What personalisation puts on a card: applications, files, rights, data objects.
//!
//! The engine knows commands and rules; everything that differs from card to card is data of this shape. Contents that take
//! a key or a signature to make are made on first use ([`Lazy`]): most cards that are loaded are never tapped.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use rsa::RsaPrivateKey;

use super::key::SigningKey;
use crate::card::layout::{ApplicationKind, PinName, Reference};
use crate::secret::Pin;

/// A card as it leaves personalisation.
#[derive(Debug)]
pub struct CardImage {
    /// Whose card it is; names its random draws.
    pub name: String,
    /// Answer to reset.
    pub atr: Vec<u8>,
    /// What can be selected, in the order in which the beginning of an identifier finds it. Empty on a card that is no My
    /// Number card: every identifier answers 6A82.
    pub applications: Vec<ApplicationImage>,
    /// What GET DATA gives.
    pub objects: Vec<DataObject>,
}

/// One application.
#[derive(Debug)]
pub struct ApplicationImage {
    /// Which.
    pub kind: ApplicationKind,
    /// Its elementary files by identifier; those from 01 to 1E have short identifiers.
    pub files: BTreeMap<u16, FileImage>,
    /// The key file that P2 = 00 of COMPUTE DIGITAL SIGNATURE means (spec/jpki-card.md §2.10, [B]).
    pub default_key: Option<u16>,
    /// The private half of the key under which a terminal delivers its own (spec/jpki-card.md §2.11): RSA-2048.
    pub session_key: Option<Lazy<Arc<RsaPrivateKey>>>,
}

/// One elementary file.
#[derive(Debug)]
pub enum FileImage {
    /// Bytes, for READ BINARY.
    Transparent {
        /// The physical content, filler and all.
        content: LazyBytes,
        /// Who may read it.
        read: Right,
    },
    /// Records, for READ RECORD.
    Records {
        /// Record 1 first.
        records: Vec<Vec<u8>>,
        /// Who may read them.
        read: Right,
    },
    /// A PIN, a password, a 照合番号.
    Reference(ReferenceImage),
    /// A private key.
    Key(KeyImage),
    /// Some other internal file: it can be selected, and nothing more.
    Internal,
}

/// Who may do something with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Anybody.
    Free,
    /// Whoever verified one of these.
    AnyOf(&'static [PinName]),
    /// Nobody.
    Never,
}

/// A reference as issued.
#[derive(Debug, Clone)]
pub struct ReferenceImage {
    /// Its name, form, tries and way of change: the row of the table, unless this card differs.
    pub rules: Reference,
    /// The value that VERIFY compares with.
    pub value: Pin,
    /// No try is left from the start.
    pub is_blocked: bool,
}

/// A private key on the card.
#[derive(Debug, Clone)]
pub struct KeyImage {
    /// The key; `None` where the file is there and nothing was put in.
    pub key: Option<LazyKey>,
    /// Who may use it.
    pub right: Right,
    /// The command that uses it.
    pub command: KeyCommand,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCommand {
    /// COMPUTE DIGITAL SIGNATURE, `80 2A`.
    ComputeSignature,
    /// INTERNAL AUTHENTICATE, `00 88`.
    InternalAuthenticate,
}

/// What GET DATA gives for a tag (spec/jpki-card.md §2.7).
#[derive(Debug)]
pub struct DataObject {
    /// P1-P2.
    pub tag: u16,
    /// The answer.
    pub content: LazyBytes,
    /// Also with an application current; the others are at power-up level only.
    pub is_everywhere: bool,
}

impl CardImage {
    /// The application, if the card has it.
    pub fn application(&self, kind: ApplicationKind) -> Option<&ApplicationImage> {
        self.applications.iter().find(|application| application.kind == kind)
    }

    /// A file of an application.
    pub fn file(&self, kind: ApplicationKind, id: u16) -> Option<&FileImage> {
        self.application(kind)?.files.get(&id)
    }

    /// The physical content of a transparent file, made now if it was not yet.
    pub fn content(&self, kind: ApplicationKind, id: u16) -> Option<&[u8]> {
        match self.file(kind, id)? {
            FileImage::Transparent { content, .. } => Some(content.get()),
            _ => None,
        }
    }

    /// A reference, wherever it lies.
    pub fn reference(&self, name: PinName) -> Option<&ReferenceImage> {
        let Reference { application, file, .. } = name.reference();
        match self.file(application, file)? {
            FileImage::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// Makes the keys and contents of an application now, so that nobody's first command waits for them.
    pub fn prepare(&self, kind: ApplicationKind) {
        for file in self.application(kind).iter().flat_map(|application| application.files.values()) {
            match file {
                FileImage::Transparent { content, .. } => drop(content.get()),
                FileImage::Key(KeyImage { key: Some(key), .. }) => drop(key.get()),
                _ => {}
            }
        }
    }
}

impl ApplicationImage {
    /// An application with these files and no default key.
    pub fn new(kind: ApplicationKind, files: impl IntoIterator<Item = (u16, FileImage)>) -> Self {
        Self { kind, files: files.into_iter().collect(), default_key: None, session_key: None }
    }
}

impl FileImage {
    /// A transparent file that is there from the start.
    pub fn bytes(content: Vec<u8>, read: Right) -> Self {
        Self::Transparent { content: LazyBytes::ready(content), read }
    }

    /// A transparent file that is made on first use.
    pub fn lazy(make: impl FnOnce() -> Vec<u8> + Send + 'static, read: Right) -> Self {
        Self::Transparent { content: LazyBytes::new(make), read }
    }
}

impl ReferenceImage {
    /// A reference by the table.
    pub fn new(name: PinName, value: Pin) -> Self {
        Self { rules: name.reference(), value, is_blocked: false }
    }

    /// The same, blocked as issued if `is_blocked`.
    pub fn blocked(self, is_blocked: bool) -> Self {
        Self { is_blocked, ..self }
    }

    /// With its file identifier, for [`ApplicationImage::new`].
    pub fn in_its_file(self) -> (u16, FileImage) {
        (self.rules.file, FileImage::Reference(self))
    }
}

/// Something that is made when it is first asked for; clones share it. A key takes a good part of a second.
pub struct Lazy<T>(Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>);

/// Bytes of a file.
pub type LazyBytes = Lazy<Vec<u8>>;
/// A private key of whatever algorithm.
pub type LazyKey = Lazy<Arc<dyn SigningKey>>;

impl<T> Lazy<T> {
    /// Made by `make`, once, on first use.
    pub fn new(make: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }

    /// The thing; the first call waits for it.
    pub fn get(&self) -> &T {
        &self.0
    }
}

impl<T: Send + 'static> Lazy<T> {
    /// There from the start.
    pub fn ready(thing: T) -> Self {
        Self::new(move || thing)
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Lazy<T> {
    // Neither makes it nor shows it: it may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy")
    }
}
