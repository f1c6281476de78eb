//! Socket.IO: what happens to jobs, told as it happens, to the 2.x and the 4.x JavaScript client alike. The jobs' records are the
//! only source, so several servers over one library tell the same. A client is a listener from its first moment on: one that
//! reconnects hears the current state and what follows, also if it does not ask again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{Data, SocketRef};
use socketioxide::layer::SocketIoLayer;
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::error::Result;
use crate::job::{Job, JobEvent, Level};

/// The room of everybody who listens.
const ROOM: &str = "/client";

/// Longest message of a client, in bytes.
const MAX_MESSAGE: u64 = 100_000;

/// Longest name of a room.
const MAX_ROOM: usize = 64;

/// Tasks of programs outside that one connection may announce.
const MAX_OUTSIDE_TASKS: usize = 100;

/// Who is connected, and what programs outside announce. Of this process alone.
#[derive(Clone, Default)]
pub(super) struct Clients(Arc<Mutex<Connections>>);

#[derive(Default)]
struct Connections {
    /// Names that the server gave, by connection.
    names: BTreeMap<String, String>,
    /// Tasks that a connection announced: their latest values by type.
    outside: HashMap<String, HashMap<String, Map<String, Value>>>,
}

impl Clients {
    /// Names of all connections.
    pub(super) fn names(&self) -> Vec<String> {
        self.lock().names.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The layer that answers `/socket.io`, and the list of its clients.
pub(super) fn layer(app: &App) -> (SocketIoLayer, Clients) {
    let clients = Clients::default();
    let (layer, io) = SocketIo::builder().max_payload(MAX_MESSAGE).build_layer();
    let (for_connections, names) = (app.clone(), clients.clone());
    io.ns("/", async move |socket: SocketRef| connected(&for_connections, &names, &socket).await);
    tokio::spawn(tell(app.clone(), clients.clone(), io));
    (layer, clients)
}

async fn connected(app: &App, clients: &Clients, socket: &SocketRef) {
    let name = uuid::Uuid::new_v4().to_string();
    clients.lock().names.insert(socket.id.to_string(), name.clone());
    listen(app, clients, socket);
    send(socket, "status", &json!({ "key": "connected_user", "value": name }));
    socket.join(ROOM);
    send_tasks(app, clients, socket).await;
}

/// What a client may say.
fn listen(app: &App, clients: &Clients, socket: &SocketRef) {
    let (hall, known) = (app.clone(), clients.clone());
    socket.on("join", async move |socket: SocketRef, Data::<Value>(said)| {
        if let Some(room) = room(&said) {
            socket.join(room.clone());
            if room == ROOM {
                send_tasks(&hall, &known, &socket).await;
            }
        }
    });
    socket.on("leave", async |socket: SocketRef, Data::<Value>(said)| {
        if let Some(room) = room(&said) {
            socket.leave(room);
        }
    });
    socket.on("pingpong", async |socket: SocketRef| send(&socket, "pingpong", &json!({ "type": "PING PONG!!!" })));
    socket.on("status", async |socket: SocketRef, Data::<Value>(said)| send(&socket, "status", &json!({ "key": said["status"] })));
    socket.on("disconnect request", async |socket: SocketRef| {
        send(&socket, "status", &json!({ "key": "disconnected" }));
        // It is gone when it is gone already.
        let _ = socket.disconnect();
    });
    outside_work(clients, socket);
}

/// Programs outside may announce tasks of their own, as VFRAME's workers did.
fn outside_work(clients: &Clients, socket: &SocketRef) {
    let known = clients.clone();
    socket.on("task_start", async move |socket: SocketRef, Data::<Value>(said)| {
        let Some(task) = said["uuid"].as_str().filter(|task| task.len() <= MAX_ROOM) else { return };
        {
            let mut connections = known.lock();
            let tasks = connections.outside.entry(socket.id.to_string()).or_default();
            if tasks.len() >= MAX_OUTSIDE_TASKS {
                return;
            }
            tasks.entry(task.to_owned()).or_default();
        }
        send_room(&socket, "task_start", &json!({ "uuid": task })).await;
    });
    let known = clients.clone();
    socket.on("task_update", async move |socket: SocketRef, Data::<Value>(said)| {
        if let (Some(task), Some(kind @ ("progress" | "debug" | "error"))) = (said["uuid"].as_str(), said["type"].as_str())
            && let Some(values) = known.lock().outside.get_mut(socket.id.as_str()).and_then(|tasks| tasks.get_mut(task))
        {
            values.insert(kind.to_owned(), said["data"].clone());
        }
        send_room(&socket, "task_update", &said).await;
    });
    let known = clients.clone();
    socket.on_disconnect(async move |socket: SocketRef| {
        let id = socket.id.to_string();
        let tasks = {
            let mut connections = known.lock();
            connections.names.remove(&id);
            connections.outside.remove(&id).unwrap_or_default()
        };
        for task in tasks.into_keys() {
            send_room(&socket, "task_end", &json!({ "uuid": task })).await;
        }
    });
}

fn room(said: &Value) -> Option<String> {
    said["room"].as_str().filter(|room| !room.is_empty() && room.len() <= MAX_ROOM).map(str::to_owned)
}

/// The current state: what waits and runs, with the latest of each kind of message.
async fn send_tasks(app: &App, clients: &Clients, socket: &SocketRef) {
    match tasks(app, clients).await {
        Ok(tasks) => send(socket, "list_tasks", &json!({ "tasks": tasks })),
        Err(error) => tracing::warn!(%error, "the tasks could not be listed for a client"),
    }
}

async fn tasks(app: &App, clients: &Clients) -> Result<Value> {
    let mut tasks = Map::new();
    for values in clients.lock().outside.values() {
        tasks.extend(values.iter().map(|(uuid, latest)| (uuid.clone(), json!(latest))));
    }
    for job in app.jobs.unfinished().await? {
        let mut latest = json!({ "progress": progress(&job), "status": job.status, "title": job.title, "task_name": job.kind });
        for (kind, level) in [("debug", Level::Debug), ("error", Level::Error)] {
            if let Some(line) = app.jobs.last_line(job.id, level).await? {
                latest[kind] = json!(line.message);
            }
        }
        tasks.insert(job.uuid, latest);
    }
    Ok(Value::Object(tasks))
}

/// Passes on what happens to jobs until the program ends.
async fn tell(app: App, clients: Clients, io: SocketIo) {
    let mut events = app.jobs.subscribe();
    loop {
        match events.recv().await {
            Ok(event) => {
                for (name, payload) in messages(&event) {
                    broadcast(&io, name, &payload).await;
                }
            }
            // Too much happened at once: the state as it is now makes up for it.
            Err(RecvError::Lagged(_)) => {
                if let Ok(tasks) = tasks(&app, &clients).await {
                    broadcast(&io, "list_tasks", &json!({ "tasks": tasks })).await;
                }
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// What clients hear of an event.
fn messages(event: &JobEvent) -> Vec<(&'static str, Value)> {
    let update = |uuid: &str, kind: &str, data: Value| ("task_update", json!({ "uuid": uuid, "type": kind, "data": data }));
    match event {
        JobEvent::Queued(job) => vec![("task_queued", described(job))],
        JobEvent::Started(job) => vec![("task_start", described(job))],
        JobEvent::Progress(job) => vec![update(&job.uuid, "progress", progress(job))],
        JobEvent::Line(line, uuid) => vec![update(uuid, line.level.word(), json!(line.message))],
        JobEvent::Ended(job) => {
            let mut payload = described(job);
            payload["error"] = json!(job.error);
            payload["result"] = json!(job.result);
            let mut messages = vec![update(&job.uuid, "progress", progress(job))];
            messages.extend(job.error.as_ref().map(|error| update(&job.uuid, "error", json!(error))));
            messages.push(("task_end", payload));
            messages
        }
    }
}

fn described(job: &Job) -> Value {
    json!({ "uuid": job.uuid, "task_name": job.kind, "title": job.title, "status": job.status })
}

fn progress(job: &Job) -> Value {
    let progress = &job.progress;
    json!({
        "current": progress.current, "total": progress.total, "message": progress.message,
        "eta_seconds": job.eta_seconds(chrono::Utc::now()),
    })
}

/// A client that is gone, or too slow to take what it is sent, misses this: it hears the state when it comes back.
fn send(socket: &SocketRef, event: &str, payload: &Value) {
    let _ = socket.emit(event, payload);
}

async fn send_room(socket: &SocketRef, event: &str, payload: &Value) {
    let _ = socket.within(ROOM).emit(event, payload).await;
}

async fn broadcast(io: &SocketIo, event: &str, payload: &Value) {
    let _ = io.to(ROOM).emit(event, payload).await;
}
