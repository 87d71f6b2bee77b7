//! The endpoint: an iroh endpoint whose key is the device's, that talks to devices of the team and to nobody else. Owns what leaves the
//! machine by default, and the claim of one process to be the one on the network. Must not know what is said on a connection.

use super::unreached::Unreached;
use crate::limits;
use futures_util::Stream;
use iroh::endpoint::{
    AfterHandshakeOutcome, BindOpts, Connection, EndpointHooks, NetReportConfig, PortmapperConfig,
    QuicTransportConfig, VarInt, presets,
};
use iroh::{Endpoint, EndpointAddr, EndpointId, RelayMode, RelayUrl, SecretKey};
use iroh_mdns_address_lookup::{DiscoveryEvent, MdnsAddressLookup};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

/// Sessions.
pub const ALPN_SYNC: &[u8] = b"guildhall/sync/1";
/// Pairing, only while an invitation is open.
pub const ALPN_PAIR: &[u8] = b"guildhall/pair/1";
/// Name of the file that is locked by the process that is on the network for a folder.
const CLAIM_FILE: &str = "sync.lock";
/// Says to whom the mDNS names belong.
const SERVICE: &str = "guildhall";

/// Reasons with which a connection is closed.
pub mod code {
    /// Done.
    pub const DONE: u32 = 0;
    /// The device is none of this team.
    pub const UNKNOWN: u32 = 403;
    /// The device was taken out of this team.
    pub const TAKEN_OUT: u32 = 410;
    /// A limit was reached.
    pub const LIMIT: u32 = 429;
    /// What it said was no message of this protocol.
    pub const PROTOCOL: u32 = 400;
    /// Something went wrong here.
    pub const FAILED: u32 = 500;
}

/// How to be on the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetOptions {
    /// Where to listen; otherwise every address, at [`limits::PORT`] if it is free.
    pub listen: Option<SocketAddr>,
    /// Whether nothing is announced nor looked for by multicast.
    pub no_mdns: bool,
    /// The team's own relay.
    pub relay: Option<String>,
}

/// Why there is no network.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// Another process is on the network for this folder.
    #[error("another guildhall is already exchanging for {}; it goes on doing so", .0.display())]
    Claimed(PathBuf),
    /// The lock file could not be made.
    #[error("{} cannot be used: {source}", .path.display())]
    Claim {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// No socket.
    #[error("cannot listen on {at}: {why}; choose another address with --listen")]
    Listen {
        /// Where.
        at: String,
        /// Why not.
        why: String,
    },
    /// Not the address of a relay.
    #[error("“{url}” is not the address of a relay: {why}; it is a URL that begins with https://")]
    Relay {
        /// As set.
        url: String,
        /// Why not.
        why: String,
    },
    /// Not the name of a device.
    #[error("not the id of a device: {0}")]
    Device(String),
    /// That machine could not be reached.
    #[error(transparent)]
    Unreached(#[from] Unreached),
}

/// The right of one process to be on the network for a folder: two with one key would take each other's packets.
#[derive(Debug)]
pub struct Claim {
    _file: File,
}

impl Claim {
    /// Claims a folder. The claim ends when this is dropped, or the process ends in whatever way.
    ///
    /// # Errors
    /// [`NetError::Claimed`] where another process has it.
    pub fn take(dir: &Path) -> Result<Self, NetError> {
        let path = dir.join(CLAIM_FILE);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|source| NetError::Claim {
            path: path.clone(),
            source,
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(NetError::Claimed(dir.to_owned())),
            Err(std::fs::TryLockError::Error(source)) => Err(NetError::Claim { path, source }),
        }
    }
}

/// Who may connect, asked after each handshake. Shared with whoever learns of admissions and removals.
#[derive(Clone, Debug, Default)]
pub struct Guest {
    known: Arc<RwLock<BTreeSet<[u8; 32]>>>,
    taken_out: Arc<RwLock<BTreeSet<[u8; 32]>>>,
    pairing: Arc<std::sync::atomic::AtomicBool>,
}

impl Guest {
    /// Lets in exactly these devices from now on.
    pub fn let_in(&self, devices: impl IntoIterator<Item = [u8; 32]>) {
        let devices = devices.into_iter().collect();
        // A poisoned lock holds a whole set all the same: it is replaced in one step.
        match self.known.write() {
            Ok(mut known) => *known = devices,
            Err(poisoned) => *poisoned.into_inner() = devices,
        }
    }

    /// Tells exactly these devices from now on that they were taken out.
    pub fn turn_out(&self, devices: impl IntoIterator<Item = [u8; 32]>) {
        let devices = devices.into_iter().collect();
        match self.taken_out.write() {
            Ok(mut out) => *out = devices,
            Err(poisoned) => *poisoned.into_inner() = devices,
        }
    }

    fn is_taken_out(&self, device: &[u8; 32]) -> bool {
        match self.taken_out.read() {
            Ok(out) => out.contains(device),
            Err(poisoned) => poisoned.into_inner().contains(device),
        }
    }

    /// Opens or closes the door for strangers who come to pair.
    pub fn expect_strangers(&self, open: bool) {
        self.pairing
            .store(open, std::sync::atomic::Ordering::Release);
    }

    /// Whether strangers may come to pair.
    pub fn expects_strangers(&self) -> bool {
        self.pairing.load(std::sync::atomic::Ordering::Acquire)
    }

    /// Whether a device may connect.
    pub fn knows(&self, device: &[u8; 32]) -> bool {
        match self.known.read() {
            Ok(known) => known.contains(device),
            Err(poisoned) => poisoned.into_inner().contains(device),
        }
    }
}

impl EndpointHooks for Guest {
    async fn after_handshake<'a>(&'a self, connection: &'a Connection) -> AfterHandshakeOutcome {
        let id = *connection.remote_id().as_bytes();
        let pairing = connection.alpn() == ALPN_PAIR;
        // Whoever dials knows whom: the other side's key is the one that was asked for.
        let dialled = connection.side().is_client();
        if dialled || self.knows(&id) || (pairing && self.expects_strangers()) {
            return AfterHandshakeOutcome::Accept;
        }
        tracing::info!(device = %connection.remote_id().fmt_short(), "an unknown device was turned away");
        let (code, reason): (u32, &[u8]) = match pairing {
            true => (code::UNKNOWN, b"no invitation is open here"),
            false if self.is_taken_out(&id) => {
                (code::TAKEN_OUT, b"this device was taken out of the team")
            }
            false => (code::UNKNOWN, b"this device is not known to the team"),
        };
        AfterHandshakeOutcome::Reject {
            error_code: VarInt::from_u32(code),
            reason: reason.to_vec(),
        }
    }
}

/// What is heard of machines on the local network, of any team.
pub type Found = Box<dyn Stream<Item = DiscoveryEvent> + Send + Unpin>;

/// An open endpoint.
#[derive(Clone)]
pub struct Net {
    /// The endpoint itself.
    pub endpoint: Endpoint,
    /// Who may connect.
    pub guest: Guest,
    found: Arc<Mutex<Option<Found>>>,
    relay: Option<RelayUrl>,
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Net")
            .field("endpoint", &self.endpoint)
            .finish()
    }
}

impl Net {
    /// Opens an endpoint with the device's key.
    ///
    /// # Errors
    /// No socket there, or a relay that is none.
    pub async fn open(device: &[u8; 32], options: &NetOptions) -> Result<Self, NetError> {
        match options.listen {
            Some(at) => Self::bind(device, options, Some(at), false).await,
            None => match Self::bind(device, options, None, true).await {
                Ok(net) => Ok(net),
                // Somebody else on this machine has it, a second folder for instance.
                Err(_) => Self::bind(device, options, None, false).await,
            },
        }
    }

    async fn bind(
        device: &[u8; 32],
        options: &NetOptions,
        listen: Option<SocketAddr>,
        default_port: bool,
    ) -> Result<Self, NetError> {
        let guest = Guest::default();
        let relay = options.relay.as_deref().map(relay_url).transpose()?;
        let mut builder = Endpoint::builder(presets::Minimal)
            .secret_key(SecretKey::from_bytes(device))
            .relay_mode(match &relay {
                Some(url) => RelayMode::custom([url.clone()]),
                None => RelayMode::Disabled,
            })
            .clear_address_lookup()
            // No router is asked for a port, and nobody for our address.
            .portmapper_config(PortmapperConfig::Disabled)
            .net_report_config(NetReportConfig::minimal())
            .transport_config(transport())
            .hooks(guest.clone())
            .alpns(vec![ALPN_SYNC.to_vec(), ALPN_PAIR.to_vec()]);
        let failed = |at: &dyn std::fmt::Display, why: &dyn std::fmt::Display| NetError::Listen {
            at: at.to_string(),
            why: why.to_string(),
        };
        let port = if default_port { limits::PORT } else { 0 };
        builder = builder.clear_ip_transports();
        builder = match listen {
            Some(at) => builder.bind_addr(at).map_err(|e| failed(&at, &e))?,
            None => builder
                .bind_addr((Ipv4Addr::UNSPECIFIED, port))
                .map_err(|e| failed(&port, &e))?
                // Not every machine speaks it.
                .bind_addr_with_opts(
                    (Ipv6Addr::UNSPECIFIED, port),
                    BindOpts::default().set_is_required(false),
                )
                .map_err(|e| failed(&port, &e))?,
        };
        let at = listen.map_or_else(|| format!("port {port}"), |a| a.to_string());
        let endpoint = match builder.bind().await {
            Ok(endpoint) => endpoint,
            Err(error) => return Err(failed(&at, &error)),
        };
        let found = match options.no_mdns {
            true => None,
            false => announce(&endpoint).await,
        };
        Ok(Self {
            endpoint,
            guest,
            found: Arc::new(Mutex::new(found)),
            relay,
        })
    }

    /// What is heard of machines on the local network since the endpoint was opened, for the first who asks; `None` for others, and where
    /// nobody listens.
    pub fn discovered(&self) -> Option<Found> {
        match self.found.lock() {
            Ok(mut found) => found.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        }
    }

    /// Whether machines can be reached of which no address is known.
    pub fn has_relay(&self) -> bool {
        self.relay.is_some()
    }

    /// This device.
    pub fn id(&self) -> [u8; 32] {
        *self.endpoint.id().as_bytes()
    }

    /// Where this endpoint may be reached: its sockets, with the machine's own addresses in place of "any".
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let mut all: BTreeSet<SocketAddr> = self.endpoint.addr().ip_addrs().copied().collect();
        all.extend(
            self.endpoint
                .bound_sockets()
                .into_iter()
                .filter(|a| !a.ip().is_unspecified()),
        );
        all.into_iter().collect()
    }

    /// Connects to a device, trying all addresses at once.
    ///
    /// # Errors
    /// [`NetError::Unreached`] where nobody with that key answers.
    pub async fn connect(
        &self,
        device: &[u8; 32],
        addresses: &[SocketAddr],
        alpn: &[u8],
    ) -> Result<Connection, NetError> {
        let id = EndpointId::from_bytes(device).map_err(|e| NetError::Device(e.to_string()))?;
        let mut addr = EndpointAddr::new(id);
        for at in addresses {
            addr = addr.with_ip_addr(*at);
        }
        // Where no address leads to it, the team's relay may.
        if let Some(relay) = &self.relay {
            addr = addr.with_relay_url(relay.clone());
        }
        self.endpoint.connect(addr, alpn).await.map_err(|error| {
            let why = Unreached::from(&error);
            let raw = format!("{error:#}");
            tracing::info!(device = %id.fmt_short(), %why, %raw, "no connection");
            why.into()
        })
    }
}

/// The address of a relay. Plain http is for trying one out on one's own machine: whoever is on the way would see who talks to whom.
///
/// # Errors
/// [`NetError::Relay`] with what is wrong with it.
pub fn relay_url(url: &str) -> Result<RelayUrl, NetError> {
    let bad = |why: &str| NetError::Relay {
        url: url.to_owned(),
        why: why.to_owned(),
    };
    let parsed: RelayUrl = url.trim().parse().map_err(|e| bad(&format!("{e}")))?;
    let here = matches!(parsed.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    match parsed.scheme() {
        "https" => Ok(parsed),
        "http" if here => Ok(parsed),
        _ => Err(bad("it has another beginning")),
    }
}

/// Announces key and addresses on the LAN and listens to others. Where there is no multicast the rest works all the same.
async fn announce(endpoint: &Endpoint) -> Option<Found> {
    let built = MdnsAddressLookup::builder()
        .service_name(SERVICE)
        .build(endpoint.id());
    match built {
        Ok(mdns) => {
            if let Ok(lookups) = endpoint.address_lookup() {
                lookups.add(mdns.clone());
            }
            Some(Box::new(mdns.subscribe().await))
        }
        Err(error) => {
            tracing::warn!(%error, "nothing can be announced on the local network");
            None
        }
    }
}

fn transport() -> QuicTransportConfig {
    let idle = iroh::endpoint::IdleTimeout::try_from(limits::SILENCE).ok();
    QuicTransportConfig::builder()
        .max_concurrent_bidi_streams(VarInt::from_u32(limits::STREAMS))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .stream_receive_window(VarInt::from_u32(limits::STREAM_WINDOW))
        .receive_window(VarInt::from_u32(limits::CONNECTION_WINDOW))
        .send_window(u64::from(limits::CONNECTION_WINDOW))
        .datagram_receive_buffer_size(None)
        .max_idle_timeout(idle)
        .keep_alive_interval(limits::KEEP_ALIVE)
        .default_path_max_idle_timeout(limits::SILENCE)
        .default_path_keep_alive_interval(limits::KEEP_ALIVE)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_reached_over_https_or_on_this_machine() {
        for good in [
            "https://relay.example.org",
            " https://relay.example.org:4433/ ",
            "http://127.0.0.1:3340",
        ] {
            assert!(relay_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "relay.example.org",
            "http://relay.example.org",
            "ftp://127.0.0.1",
            "https://",
        ] {
            let error = relay_url(bad).unwrap_err().to_string();
            assert!(error.contains("https://"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_relay_that_does_not_answer_holds_nothing_up() {
        let options = NetOptions {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            no_mdns: true,
            relay: Some("http://127.0.0.1:9".to_owned()),
        };
        let net = Net::open(&[7; 32], &options).await.unwrap();
        assert!(net.has_relay() && !net.addresses().is_empty());
        net.endpoint.close().await;
    }

    #[tokio::test]
    async fn a_connection_stands_however_long_nobody_reads() {
        let options = NetOptions {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            no_mdns: true,
            relay: None,
        };
        let one = Net::open(&[1; 32], &options).await.unwrap();
        let two = Net::open(&[2; 32], &options).await.unwrap();
        let (a, b) = (*one.endpoint.id().as_bytes(), *two.endpoint.id().as_bytes());
        one.guest.let_in([b]);
        two.guest.let_in([a]);
        let accepting = async { two.endpoint.accept().await.unwrap().await.unwrap() };
        let at = two.addresses();
        let (here, there) = tokio::join!(one.connect(&b, &at, ALPN_SYNC), accepting);
        let here = here.unwrap();
        // As much as may be on its way, and all of it is there before anything is read.
        let sent = vec![7; limits::STREAM_WINDOW as usize];
        let (mut to, _) = here.open_bi().await.unwrap();
        to.write_all(&sent).await.unwrap();
        to.finish().unwrap();
        to.stopped().await.unwrap();
        let (_, mut from) = there.accept_bi().await.unwrap();
        assert!(from.read_to_end(sent.len()).await.unwrap() == sent);
        one.endpoint.close().await;
        two.endpoint.close().await;
    }
}
