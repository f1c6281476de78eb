/** Short names for the shapes of the API. They are the server's own: see openapi.json. */
import type { components } from "./schema";

type Shape = components["schemas"];

export type Media = Shape["Media"];
export type MediaList = Shape["MediaList"];
export type MediaFull = Shape["MediaFull"];
export type Upload = Shape["Upload"];
export type Hit = Shape["Hit"];
export type SearchForm = Shape["SearchForm"];
export type SearchAnswer = Shape["SearchAnswer"];
export type ExampleShown = Shape["ExampleShown"];
export type QueryShown = Shape["QueryShown"];
export type Feature = Shape["Feature"];
export type Recall = Shape["RecallShown"];
export type MapHead = Shape["MapShown"];
export type Collection = Shape["Collection"];
export type Link = Shape["Link"];
export type LinkedMedia = Shape["LinkedMedia"];
export type FinishedExport = Shape["FinishedExport"];
export type Source = Shape["Source"];
export type MediumRuns = Shape["MediumRuns"];
export type Seen = Shape["Seen"];
export type Job = Shape["Job"];
export type Progress = Shape["Progress"];
export type FailedItem = Shape["FailedItem"];
export type KnownItem = Shape["KnownItem"];
export type LogLine = Shape["LogLine"];
export type TaskKind = Shape["TaskKind"];
export type Status = Shape["StatusShown"];
export type Minute = Shape["Minute"];
/** A layer of a model, and the shape of what it makes of one picture. */
export type Layer = Shape["LayerShown"];
export type RawModel = Shape["RawModel"];
export type BoxSeen = Shape["BoxSeen"];
/** A part of a picture, as fractions of the whole. */
export type Region = Shape["Part"];
