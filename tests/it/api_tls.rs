//! TLS: whom we believe to be the server, and what a person reads when we don't.

use std::error::Error as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use expect_test::expect;
use grantsync::api::{Client, Error, ErrorKind};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::api_support::{Raw, Reply, TOKEN, json, settings};

/// A server with a certificate of an authority that nobody else knows, for the address 127.0.0.1.
pub(crate) struct Secure {
    pub(crate) port: u16,
    /// The authority's certificate.
    pub(crate) ca_file: PathBuf,
    /// What clients and server agreed on speaking.
    spoken: Arc<Mutex<Vec<String>>>,
    _dir: TempDir,
}

impl Secure {
    pub(crate) async fn start(protocols: &[&str]) -> Self {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let ca_file = dir.path().join("ca.pem");
        std::fs::write(&ca_file, authority.pem()).unwrap();

        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let spoken = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&spoken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let protocol = stream.get_ref().1.alpn_protocol().unwrap_or(b"none");
                heard.lock().unwrap().push(String::from_utf8_lossy(protocol).into_owned());
                let _ = stream.read(&mut [0; 4096]).await;
                let me = r#"{"uuid": "1989458f790a43a393b445a2a6b10dc1", "username": "staff", "token_lifetime": null}"#;
                let _ = stream.write_all(&json("200 OK", me)).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { port, ca_file, spoken, _dir: dir }
    }

    async fn caller(&self, host: &str, trusted: bool) -> Result<String, Error> {
        let mut settings = settings(&format!("https://{host}:{}", self.port), TOKEN);
        settings.patience.tries = 1;
        settings.ca_file = trusted.then(|| self.ca_file.clone());
        Ok(Client::new(settings).unwrap().caller().await?.username)
    }

    /// What a person reads when no connection comes about.
    async fn refused(&self, host: &str, trusted: bool) -> String {
        let error = self.caller(host, trusted).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreachable);
        let told = format!("{error}\n{}\n{}", error.source().unwrap(), error.help.as_ref().unwrap());
        told.replace(&self.port.to_string(), "<port>")
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_has_to_be_named() {
    let server = Secure::start(&["http/1.1"]).await;
    assert_eq!(server.caller("127.0.0.1", true).await.unwrap(), "staff");
    expect![[r#"
        GET /api/users/me/: could not connect to `127.0.0.1:<port>`
        invalid peer certificate: UnknownIssuer
        if your own authority signed the server's certificate, name its certificate with `--ca-file`"#]]
    .assert_eq(&server.refused("127.0.0.1", false).await);
}

#[tokio::test]
async fn a_certificate_of_somebody_else_is_not_enough() {
    let server = Secure::start(&["http/1.1"]).await;
    expect![[r#"
        GET /api/users/me/: could not connect to `localhost:<port>`
        invalid peer certificate: certificate not valid for name "localhost"; certificate is only valid for IpAddress(127.0.0.1)
        the certificate of `localhost:<port>` is not valid for it: check the address and this machine's clock"#]]
    .assert_eq(&server.refused("localhost", true).await);
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_offers_it() {
    let server = Secure::start(&["h2", "http/1.1"]).await;
    // It only greets us so, and then falls silent.
    assert!(server.caller("127.0.0.1", true).await.is_err());
    assert_eq!(*server.spoken.lock().unwrap(), ["h2"]);
}

#[tokio::test]
async fn a_port_that_has_answered_is_not_asked_whether_it_speaks_tls() {
    let me = r#"{"uuid": "c584133ac9164b3cbee5789041c98ac3", "username": "staff", "is_staff": true, "is_support": false, "token_lifetime": null}"#;
    let raw =
        Raw::start(move |_, before| Reply::Bytes(if before == 0 { json("200 OK", me) } else { Vec::new() })).await;
    let mut settings = settings(&raw.url, TOKEN);
    settings.patience.tries = 1;
    let client = Client::new(settings).unwrap();
    client.caller().await.unwrap();
    let error = client.caller().await.unwrap_err();
    assert_eq!(error.help.as_deref(), Some("the server is overloaded, or the network between is bad: try again later"));
}
