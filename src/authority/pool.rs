//! RSA-2048 keys by name. A name always gives the same key, so that a profile can say which key a card has without carrying
//! one, and two machines agree on it. Test keys: whoever knows the name knows the key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};

const BITS: usize = 2048;

type Made = Arc<OnceLock<Arc<RsaPrivateKey>>>;

/// Keys made so far in this process. The lock is held to find the place, never while a key is made.
static POOL: OnceLock<Mutex<HashMap<String, Made>>> = OnceLock::new();

/// The key called `name`: made on first use (a good part of a second), found ever after.
pub fn key(name: &str) -> Arc<RsaPrivateKey> {
    let place = {
        let mut pool = POOL.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pool.entry(name.to_owned()).or_default())
    };
    Arc::clone(place.get_or_init(|| Arc::new(make(name))))
}

fn make(name: &str) -> RsaPrivateKey {
    (0_u32..)
        .find_map(|attempt| {
            let mut hash = Sha256::new();
            hash.update(b"madoguchi test key\0");
            hash.update(attempt.to_be_bytes());
            hash.update(name.as_bytes());
            // Fails only if the primes that were drawn do not go together; the next draw is another one.
            RsaPrivateKey::new(&mut ChaCha20Rng::from_seed(hash.finalize().into()), BITS).ok()
        })
        .unwrap_or_else(|| unreachable!("four thousand million draws without a key"))
}
