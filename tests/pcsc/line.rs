//! The line between vpcd and the card, with somebody listening: every command and its answer, whoever sent it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::linux::net::TcpStreamExt;
use std::sync::{Arc, Mutex};

/// A command and its answer.
pub type Exchange = (Vec<u8>, Vec<u8>);

pub struct Line {
    /// Where the card finds it, in place of vpcd.
    pub address: String,
    heard: Arc<Mutex<Vec<Exchange>>>,
}

impl Line {
    /// A line to the vpcd of this port. It ends with the test's process.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = Arc::clone(&heard);
        std::thread::spawn(move || {
            for card in listener.incoming().flatten() {
                let Ok(reader) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                // Either end may close; then the other is closed too, and the card comes again.
                let _ = carry(&reader, &card, &ear);
                let _ = (reader.shutdown(Shutdown::Both), card.shutdown(Shutdown::Both));
            }
        });
        Self { address, heard }
    }

    /// What was said since this was last asked.
    pub fn heard(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

/// vpcd asks and the card answers, one at a time; power and reset have no answer (spec/jpki-card.md §6.1).
fn carry(reader: &TcpStream, card: &TcpStream, heard: &Mutex<Vec<Exchange>>) -> io::Result<()> {
    const ATR_REQUEST: u8 = 0x04;
    loop {
        let command = receive(reader)?;
        send(card, &command)?;
        if command.len() == 1 && command != [ATR_REQUEST] {
            continue;
        }
        let answer = receive(card)?;
        if command.len() > 1 {
            heard.lock().unwrap().push((command, answer.clone()));
        }
        send(reader, &answer)?;
    }
}

fn receive(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    // vpcd sends length and body in two pieces (src/card/vpcd.rs).
    stream.set_quickack(true)?;
    stream.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.set_quickack(true)?;
    stream.read_exact(&mut message)?;
    Ok(message)
}

fn send(mut stream: &TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), message].concat())
}
