/** A picture for each kind of task. */
import {
  Cog,
  DatabaseZap,
  FileArchive,
  FlaskConical,
  HardDriveDownload,
  Import,
  type LucideIcon,
  Map as MapIcon,
  Radar,
  ScanEye,
  Trash2,
} from "lucide-react";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  delete_media: Trash2,
  detect: ScanEye,
  download_model: HardDriveDownload,
  evaluate_index: Radar,
  export_collection: FileArchive,
  import: Import,
  long_task: FlaskConical,
  map: MapIcon,
  update_index: DatabaseZap,
};

export function iconOf(kind: string): LucideIcon {
  return ICONS[kind] ?? Cog;
}
