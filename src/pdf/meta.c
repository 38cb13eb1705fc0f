/* What the file says of itself: metadata (XMP) with the marks of PDF/A-2a and PDF/UA-1, the same in the older dictionary,
 * and the colours meant: a profile of sRGB (IEC 61966-2-1) made here, after ICC.1:2001-04. */
#include "pdf/inside.h"

#include <math.h>

#include "text/text.h"

enum { XMP_BYTES = 1 << 20, PROFILE_BYTES = 4096, CURVE_POINTS = 256 };

static void put_rdf_text(struct buf *b, const char *open, struct str text, const char *close)
{
	buf_put(b, str_of(open));
	text_put_xml(b, text);
	buf_put(b, str_of(close));
}

static void put_xmp(struct buf *b, const struct pdf_job *j)
{
	const struct pdf_facts *f = j->facts;
	struct civil c;
	clock_civil_of_us(f->made.us, &c);
	buf_lit(b, "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
	           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<rdf:Description rdf:about=\"\" "
	           "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
	           "xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" "
	           "xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\" "
	           "xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" "
	           "xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" "
	           "xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n");
	put_rdf_text(b, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">", j->doc->title, "</rdf:li></rdf:Alt></dc:title>\n");
	put_rdf_text(b, "<dc:creator><rdf:Seq><rdf:li>", f->author, "</rdf:li></rdf:Seq></dc:creator>\n");
	put_rdf_text(b, "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">", f->subject,
	             "</rdf:li></rdf:Alt></dc:description>\n");
	put_rdf_text(b, "<dc:language><rdf:Bag><rdf:li>", j->doc->lang, "</rdf:li></rdf:Bag></dc:language>\n");
	static const char *const dates[] = { "xmp:CreateDate", "xmp:ModifyDate" };
	for (size_t i = 0; i < COUNT_OF(dates); i++)
		buf_printf(b, "<%s>%04d-%02d-%02dT%02d:%02d:%02dZ</%s>\n", dates[i], (int)c.year, c.month, c.day, c.hour, c.minute,
		           c.second, dates[i]);
	buf_lit(b, "<pdf:Producer>Stoa</pdf:Producer>\n<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>A</pdfaid:conformance>\n"
	           "<pdfuaid:part>1</pdfuaid:part>\n<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n"
	           "<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\n"
	           "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\n"
	           "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\n<pdfaSchema:property><rdf:Seq><rdf:li "
	           "rdf:parseType=\"Resource\">\n<pdfaProperty:name>part</pdfaProperty:name>\n"
	           "<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\n"
	           "<pdfaProperty:category>internal</pdfaProperty:category>\n"
	           "<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\n"
	           "</rdf:li></rdf:Seq></pdfaSchema:property>\n</rdf:li></rdf:Bag></pdfaExtension:schemas>\n"
	           "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>");
}

static void put_info(struct buf *b, const struct pdf_job *j)
{
	struct civil c;
	clock_civil_of_us(j->facts->made.us, &c);
	buf_lit(b, "<</Title");
	pdf_put_text(b, j->doc->title);
	buf_lit(b, "/Author");
	pdf_put_text(b, j->facts->author);
	buf_lit(b, "/Subject");
	pdf_put_text(b, j->facts->subject);
	static const char *const dates[] = { "CreationDate", "ModDate" };
	for (size_t i = 0; i < COUNT_OF(dates); i++)
		buf_printf(b, "/%s(D:%04d%02d%02d%02d%02d%02dZ)", dates[i], (int)c.year, c.month, c.day, c.hour, c.minute, c.second);
	buf_lit(b, "/Producer(Stoa)>>");
}

static void put32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_put_char(b, (char)((v >> shift) & 0xff));
}

static void put_xyz(struct buf *b, double x, double y, double z)
{
	const double v[] = { x, y, z };
	buf_lit(b, "XYZ ");
	put32(b, 0);
	for (size_t i = 0; i < 3; i++)
		put32(b, (uint32_t)lround(v[i] * 65536));
}

static void pad(struct buf *b)
{
	while (b->n % 4)
		buf_put_char(b, 0);
}

static void put_curve(struct buf *b)
{
	buf_lit(b, "curv");
	put32(b, 0);
	put32(b, CURVE_POINTS);
	for (int i = 0; i < CURVE_POINTS; i++) {
		double v = i / (double)(CURVE_POINTS - 1);
		double light = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
		uint32_t w = (uint32_t)lround(light * 65535);
		buf_put_char(b, (char)(w >> 8));
		buf_put_char(b, (char)(w & 0xff));
	}
}

static void put_description(struct buf *b)
{
	struct str name = STR("sRGB IEC61966-2.1");
	buf_lit(b, "desc");
	put32(b, 0);
	put32(b, (uint32_t)name.n + 1);
	buf_put(b, name);
	/* The final NUL, then neither a Unicode nor a Macintosh name: 12 + 67 bytes of nothing. */
	for (int i = 0; i < 1 + 8 + 3 + 67; i++)
		buf_put_char(b, 0);
	pad(b);
}

/* A matrix profile: white and three primaries adapted to D50, one curve for all. */
static void put_profile(struct buf *out)
{
	static const char *const names[] = { "desc", "cprt", "wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC" };
	auto_buf data = BUF_INIT(PROFILE_BYTES);
	uint32_t places[COUNT_OF(names)];
	uint32_t sizes[COUNT_OF(names)];
	uint32_t start = 128 + 4 + 12 * (uint32_t)COUNT_OF(names);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		uint32_t from = (uint32_t)data.n;
		switch (i) {
		case 0: put_description(&data); break;
		case 1: buf_lit(&data, "text\0\0\0\0No copyright, use freely\0"); break;
		case 2: put_xyz(&data, 0.9642, 1, 0.8249); break;
		case 3: put_xyz(&data, 0.43607, 0.22249, 0.01392); break;
		case 4: put_xyz(&data, 0.38515, 0.71687, 0.09708); break;
		case 5: put_xyz(&data, 0.14307, 0.06061, 0.71410); break;
		case 6: put_curve(&data); break;
		default: break; /* the other two share the first curve */
		}
		places[i] = i > 6 ? places[6] : start + from;
		sizes[i] = i > 6 ? sizes[6] : (uint32_t)data.n - from;
		pad(&data);
	}
	put32(out, start + (uint32_t)data.n);
	put32(out, 0);
	put32(out, 0x02100000);
	buf_lit(out, "mntrRGB XYZ ");
	/* 2026-01-01 00:00:00 */
	put32(out, 2026u << 16 | 1);
	put32(out, 1u << 16);
	put32(out, 0);
	buf_lit(out, "acsp");
	for (int i = 0; i < 7; i++)
		put32(out, 0);
	for (size_t i = 0; i < 1; i++) {
		put32(out, 0xf6d6);
		put32(out, 0x10000);
		put32(out, 0xd32d);
	}
	while (out->n < 128)
		buf_put_char(out, 0);
	put32(out, (uint32_t)COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		buf_put(out, str_of(names[i]));
		put32(out, places[i]);
		put32(out, sizes[i]);
	}
	buf_put(out, buf_str(&data));
}

bool pdf_put_meta(struct pdf_job *j, struct pdf_meta *out, struct err *e)
{
	struct buf *b = j->objects.out;
	auto_buf xmp = BUF_INIT(XMP_BYTES);
	auto_buf profile = BUF_INIT(2 * PROFILE_BYTES);
	struct str text;
	struct str bytes;
	put_xmp(&xmp, j);
	put_profile(&profile);
	out->metadata = pdf_object(j);
	out->info = pdf_object(j);
	out->intent = pdf_object(j);
	int icc = pdf_object(j);
	if (!buf_end(&xmp, &text, e) || !buf_end(&profile, &bytes, e) ||
	    !pdf_stream(j, out->metadata, STR("/Type/Metadata/Subtype/XML"), text, false, e) ||
	    !pdf_stream(j, icc, STR("/N 3"), bytes, true, e))
		return false;
	pdf_begin(j, out->info);
	put_info(b, j);
	pdf_end(j);
	pdf_begin(j, out->intent);
	buf_printf(b, "<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2.1)/Info(sRGB IEC61966-2.1)"
	              "/DestOutputProfile %d 0 R>>", icc);
	pdf_end(j);
	return true;
}
