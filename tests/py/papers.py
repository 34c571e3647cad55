#!/usr/bin/env python3
"""Reads papers (DOCX) with python-docx and lxml and tells what stands in them, one JSON object a file.

Nothing here knows the program that wrote them. The order of children is transcribed from the schema of
WordprocessingML (ISO/IEC 29500-1, transitional, wml.xsd); only elements that an ordinary text needs are listed,
and any other is reported.
"""
import json
import sys
import zipfile

import docx
from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

# For each parent its children in the order of the schema. Those of a CHOICE may stand in any order.
ORDER = {
    "document": "body",
    "p": "pPr CHOICE",
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
    "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
    "lang eastAsianLayout specVanish oMath",
    "r": "rPr CHOICE",
    "tbl": "tblPr tblGrid tr",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tblBorders": "top left start bottom right end insideH insideV",
    "tblCellMar": "top left start bottom right end",
    "tblGrid": "gridCol",
    "tr": "tblPrEx trPr tc",
    "trPr": "CHOICE",
    "tc": "tcPr p",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid",
    "tabs": "tab",
    "hyperlink": "CHOICE",
    "styles": "docDefaults latentStyles style",
    "docDefaults": "rPrDefault pPrDefault",
    "rPrDefault": "rPr",
    "pPrDefault": "pPr",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "fonts": "font",
    "font": "altName panose1 charset family notTrueType pitch sig embedRegular",
    "settings": "writeProtection view zoom removePersonalInformation evenAndOddHeaders defaultTabStop "
    "characterSpacingControl compat rsids themeFontLang clrSchemeMapping decimalSymbol listSeparator",
    "compat": "compatSetting",
    "ftr": "p",
}
CHOICES = {
    "p": "r hyperlink bookmarkStart bookmarkEnd",
    "r": "t tab br fldChar instrText drawing",
    "trPr": "cnfStyle cantSplit trHeight tblHeader jc hidden",
    "hyperlink": "r",
}


def disorder(root):
    """Every place where a child stands before its time, or is no child of its parent."""
    wrong = []
    for parent in root.iter(etree.Element):
        name = etree.QName(parent)
        if name.namespace != W:
            continue
        children = [etree.QName(child) for child in parent if isinstance(child.tag, str)]
        if name.localname == "body":
            # Paragraphs and tables as they come, the last section at the end.
            if {c.localname for c in children[:-1]} - {"p", "tbl"} or children[-1].localname != "sectPr":
                wrong.append("body")
            continue
        if name.localname not in ORDER:
            if any(child.namespace == W for child in children):
                wrong.append(f"{name.localname}: unknown parent")
            continue
        order = ORDER[name.localname].split()
        choice = CHOICES.get(name.localname, "").split()
        last = 0
        for child in children:
            place = "CHOICE" if child.localname in choice else child.localname
            if place not in order:
                wrong.append(f"{name.localname}/{child.localname}: unknown")
            elif order.index(place) < last:
                wrong.append(f"{name.localname}/{child.localname}: too late")
            else:
                last = order.index(place)
        if name.localname == "tc" and (not children or children[-1].localname != "p"):
            wrong.append("tc: no paragraph at the end")
        if name.localname == "tr" and not any(c.localname == "tc" for c in children):
            wrong.append("tr: no cell")
    return wrong


def printed(paragraph):
    """The words of a paragraph, with the names of its fields."""
    runs = paragraph._p.iter(f"{{{W}}}t", f"{{{W}}}instrText")
    return "".join(str(run.text) for run in runs)


def told(file):
    wrong = []
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        for name in names:
            root = etree.fromstring(archive.read(name))
            if name.startswith("word/"):
                wrong += [f"{name}: {what}" for what in disorder(root)]
        custom = etree.fromstring(archive.read("docProps/custom.xml"))
        times = sorted({info.date_time for info in archive.infolist()})
    document = docx.Document(file)
    ids = [e.get(f"{{{W}}}id") for e in document.element.body.iter(f"{{{W}}}bookmarkStart")]
    if len(ids) != len(set(ids)):
        wrong.append("bookmarks share an id")
    columns = []
    for table in document.tables:
        grid = [int(column.get(f"{{{W}}}w")) for column in table._tbl.tblGrid]
        for row in table._tbl.tr_lst:
            if len(row.tc_lst) != len(grid):
                wrong.append("a row has not the cells of its grid")
        columns.append(grid)
    return {
        "names": names,
        "times": times,
        "wrong": wrong,
        "sections": [
            {
                "page": [section.page_width.mm, section.page_height.mm],
                "margins": [
                    section.top_margin.mm, section.bottom_margin.mm, section.left_margin.mm, section.right_margin.mm
                ],
            }
            for section in document.sections
        ],
        "core": {
            "title": document.core_properties.title,
            "author": document.core_properties.author,
            "created": str(document.core_properties.created),
            "modified": str(document.core_properties.modified),
        },
        "custom": {it.get("name"): "".join(it.itertext()) for it in custom},
        "order": [it.get("name") for it in custom],
        "paragraphs": [[it.style.name, it.text] for it in document.paragraphs],
        "tables": [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables],
        "grids": columns,
        "repeats": [
            len(table._tbl.findall(f"{{{W}}}tr/{{{W}}}trPr/{{{W}}}tblHeader")) for table in document.tables
        ],
        "footers": [
            [printed(footer.paragraphs[0]) for footer in (section.footer, section.even_page_footer)]
            for section in document.sections
        ],
    }


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(json.dumps(told(path), ensure_ascii=False))
