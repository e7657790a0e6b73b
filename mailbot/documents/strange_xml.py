"""XML written by strangers, parsed so that it can neither fetch nor expand anything."""

from lxml import etree


class StrangeXmlError(Exception):
    """It is no XML, or it declares entities; whoever asked says what that means for its file."""


def root_of(xml: bytes, *, torn: bool = False) -> etree._Element:
    """Given bytes, return their root without comments and instructions. Raises StrangeXmlError.

    No office program writes a document type; somebody who does wants entities expanded. `torn`
    takes what can be had of XML that is not well formed. libxml2's own limits hold: 256 levels,
    ten million characters in a row.
    """
    if b"<!DOCTYPE" in xml[:8_000]:
        raise StrangeXmlError
    # A parser of its own for each document: it keeps state, and costs microseconds.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=torn,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise StrangeXmlError from error
    if root is None or root.getroottree().docinfo.doctype:
        raise StrangeXmlError
    return root
