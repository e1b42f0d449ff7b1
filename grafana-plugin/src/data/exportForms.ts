/** The forms of a download as the panel's shell needs them; what they write is the same as the proxy's. */
import { type ExportFormat, FORMS } from 'sightline/reading';

export { EXPORT_FORMATS, type ExportFormat, fileNameOf } from 'sightline/reading';

export function mediaTypeOf(format: ExportFormat): string {
  return FORMS[format].type;
}
