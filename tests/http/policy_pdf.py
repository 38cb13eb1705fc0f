"""Reads PDF documents for tests, with qpdf to open them and our own eyes for the rest: tags in their order, the text that
each stands for (by ToUnicode and ActualText), fonts, metadata."""
import json
import re
import subprocess


def text_of(raw):
    """A string of qpdf's JSON (version 2): "u:…" is text, "b:…" bytes in hexadecimal."""
    return raw[2:] if raw.startswith("u:") else bytes.fromhex(raw[2:]).decode("latin-1")


class Pdf:
    def __init__(self, path):
        self.path = str(path)
        done = subprocess.run(["qpdf", "--json=2", "--json-stream-data=inline", "--decode-level=all", self.path], capture_output=True, check=True)
        self.objects = {k[4:]: v for k, v in json.loads(done.stdout)["qpdf"][1].items() if k.startswith("obj:")}
        self.trailer = json.loads(done.stdout)["qpdf"][1]["trailer"]["value"]
        self.catalog = self.get(self.trailer["/Root"])
        self.maps = {}
        self.contents = {}

    def get(self, thing):
        """A value, references followed; a stream gives its dictionary."""
        if isinstance(thing, str) and re.fullmatch(r"\d+ \d+ R", thing):
            found = self.objects[thing]
            return found["value"] if "value" in found else found["stream"]["dict"]
        return thing

    def stream(self, reference):
        import base64
        return base64.b64decode(self.objects[reference]["stream"]["data"])

    def pages(self):
        return self.get(self.catalog["/Pages"])["/Kids"]

    def fonts(self):
        """Name in the resources → (the font, its descendant, its descriptor)."""
        found = self.get(self.get(self.get(self.pages()[0])["/Resources"])["/Font"])
        out = {}
        for name, ref in found.items():
            font = self.get(ref)
            descendant = self.get(self.get(font["/DescendantFonts"])[0])
            out[name] = (font, descendant, self.get(descendant["/FontDescriptor"]))
        return out

    def unicode_map(self, name):
        if name not in self.maps:
            text = self.stream(self.fonts()[name][0]["/ToUnicode"]).decode()
            self.maps[name] = {int(a, 16): bytes.fromhex(b).decode("utf-16-be") for a, b in re.findall(r"<([0-9A-F]{4})><([0-9A-F]*)>\n", text)}
        return self.maps[name]

    def marked(self, page):
        """Number of marked content → its text, for one page."""
        if page in self.contents:
            return self.contents[page]
        out, stack, font, hidden = {}, [], None, 0
        content = self.stream(self.get(page)["/Contents"]).decode("latin-1")
        token = re.compile(r"/(\w+) [\d.-]+ Tf|/(\w+)<</MCID (\d+)>>BDC|/Span<</ActualText<FEFF([0-9A-F]*)>>>BDC|/Artifact[^\n]*?(?:BMC|BDC)|EMC|\[(.*?)\]TJ")
        for m in token.finditer(content):
            whole = m.group(0)
            if m.group(1):
                font = "/" + m.group(1)
            elif m.group(3):
                stack.append(int(m.group(3)))
                out[stack[-1]] = ""
            elif whole.startswith("/Span"):
                number = next(x for x in reversed(stack) if x is not None)
                out[number] += bytes.fromhex(m.group(4)).decode("utf-16-be")
                stack.append(None)
                hidden += 1
            elif whole.startswith("/Artifact"):
                stack.append("artifact")
            elif whole == "EMC":
                hidden -= stack.pop() is None
            elif not hidden and stack and stack[-1] != "artifact":
                for codes in re.findall(r"<([0-9A-F]+)>", m.group(5)):
                    out[stack[-1]] += "".join(self.unicode_map(font)[int(codes[i:i + 4], 16)] for i in range(0, len(codes), 4))
        assert not stack, "a mark is left open"
        self.contents[page] = out
        return out

    def tree(self, ref=None):
        """(type, dictionary, children, own text in order): children are such tuples or texts."""
        ref = ref or self.get(self.catalog["/StructTreeRoot"])["/K"][0]
        element = self.get(ref)
        children = []
        for kid in element.get("/K", []):
            value = self.get(kid)
            if value.get("/Type") == "/MCR":
                children.append(self.marked(value["/Pg"])[value["/MCID"]])
            elif value.get("/Type") == "/OBJR":
                children.append(("OBJR", self.get(value["/Obj"]), []))
            else:
                children.append(self.tree(kid))
        return element["/S"][1:], element, children

    def walk(self, node=None):
        node = node or self.tree()
        yield node
        for child in node[2]:
            if isinstance(child, tuple) and child[0] != "OBJR":
                yield from self.walk(child)

    def words(self, node=None, without=()):
        """The text under a node in reading order, a blank between blocks."""
        inline = ("Code", "Link", "Span")
        node = node or self.tree()
        text = ""
        for child in node[2]:
            if isinstance(child, str):
                text += child
            elif child[0] != "OBJR" and child[0] not in without:
                text += self.words(child, without) if child[0] in inline else " " + self.words(child, without) + " "
        return text
