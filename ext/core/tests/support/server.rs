//! A small HTTP server on 127.0.0.1 that answers as it is told and keeps what it was asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};

#[derive(Debug, Clone)]
pub struct Request {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// Before the first byte.
    pub delay: Duration,
    /// Less than the promised body is sent.
    pub cut: bool,
}

impl Response {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            delay: Duration::ZERO,
            cut: false,
        }
    }
}

pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
}

trait Wire: std::io::Read + Write {}
impl<T: std::io::Read + Write> Wire for T {}

fn plain(stream: TcpStream) -> Box<dyn Wire> {
    Box::new(stream)
}

/// As localhost, by the test authority of `support/tls/ca.pem`.
fn tls(stream: TcpStream) -> Box<dyn Wire> {
    use rustls::pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer};
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    Box::new(rustls::StreamOwned::new(connection, stream))
}

impl Server {
    pub fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self::over(plain, "127.0.0.1:0", answer)
    }

    pub fn start_v6(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self::over(plain, "[::1]:0", answer)
    }

    pub fn start_tls(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self::over(tls, "127.0.0.1:0", answer)
    }

    fn over(
        wire: fn(TcpStream) -> Box<dyn Wire>,
        address: &str,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                std::thread::spawn(move || serve(wire(stream), &*answer, &log));
            }
        });
        Self { port, asked }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked()
            .into_iter()
            .map(|request| request.line)
            .collect()
    }
}

fn serve(wire: Box<dyn Wire>, answer: &dyn Fn(&Request) -> Response, log: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(wire);
    let Some(request) = read(&mut reader) else {
        return;
    };
    log.lock().unwrap().push(request.clone());
    let response = answer(&request);
    std::thread::sleep(response.delay);
    let mut text = format!(
        "HTTP/1.1 {} X\r\nconnection: close\r\ncontent-length: {}\r\n",
        response.status,
        response.body.len() + if response.cut { 100 } else { 0 }
    );
    for (name, value) in &response.headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("\r\n{}", response.body);
    let wire = reader.get_mut();
    let _ = wire.write_all(text.as_bytes()).and_then(|()| wire.flush());
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        line: line.trim().trim_end_matches(" HTTP/1.1").to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

pub fn rfc3339(after_now: i64) -> String {
    let mut time = DateTime::from(SystemTime::now());
    time = DateTime::from_secs(time.secs() + after_now);
    time.fmt(Format::DateTime).unwrap()
}

/// What instance and container metadata answer.
pub fn json_credentials(name: &str, lifetime: i64) -> String {
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{name}","SecretAccessKey":"SECRETCANARY","Token":"TOKENCANARY","Expiration":"{}"}}"#,
        rfc3339(lifetime)
    )
}

/// What STS answers to `action`.
pub fn sts(action: &str, name: &str) -> String {
    format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
         <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>\
         <AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>\
         <Credentials><AccessKeyId>{name}</AccessKeyId><SecretAccessKey>SECRETCANARY</SecretAccessKey>\
         <SessionToken>TOKENCANARY</SessionToken><Expiration>{}</Expiration></Credentials>\
         </{action}Result></{action}Response>",
        rfc3339(3600)
    )
}

pub fn sts_error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )
}
