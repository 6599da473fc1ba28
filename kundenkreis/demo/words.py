# ruff: noqa: E501 lists of words
"""The words of which the demo's made-up names consist, by country. Any likeness to a real company or person is chance."""

from __future__ import annotations

from dataclasses import dataclass


def _w(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())


@dataclass(frozen=True)
class Words:
    """What names of one country are made of. A place is "town|postcode"; in patterns {s} is a surname, {t} a second one,
    {p} a place, {a} and {n} the two halves of a fancy name."""

    surnames: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    places: tuple[str, ...]
    streets: tuple[str, ...]
    small: tuple[str, ...]
    large: tuple[str, ...]
    first_half: tuple[str, ...] = ()
    second_half: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    house_number_last: bool = True


ENGLISH = Words(
    _w("""Ashworth, Barlow, Bexley, Birtles, Blackwood, Bramley, Brindle, Calloway, Carver, Chadwick, Clegg, Colby, Crowther, Dawlish, Denby, Drayton,
    Eastwood, Elgin, Fairfax, Fenwick, Finch, Garside, Gilmour, Goswell, Hadley, Halliwell, Harcourt, Hathaway, Heywood, Hollis, Ingram, Jessop, Kendal,
    Kershaw, Langley, Larkin, Lockwood, Maddox, Marlow, Mayhew, Merrick, Netley, Norbury, Oakes, Ormond, Pemberton, Penrose, Quayle, Radley, Redfern,
    Rowley, Rushton, Selwyn, Shelby, Stanhope, Tatton, Thornley, Underhill, Vickers, Wadham, Wainwright, Whitlock, Winslow, Wragg, Yardley"""),
    _w("Abigail, Alice, Charlotte, Claire, Eleanor, Emma, Fiona, Grace, Hannah, Harriet, Imogen, Isobel, Joanna, Kate, Lucy, Megan, Nicola, Olivia, Priya, Rachel, Rosie, Sarah, Sophie, Tamsin, Zara"),
    _w("Adam, Alistair, Andrew, Callum, Daniel, David, Edward, Gareth, George, Harry, Hugh, Imran, Jack, James, Kieran, Liam, Mark, Nathan, Oliver, Patrick, Ravi, Simon, Stephen, Thomas, William"),
    _w("London|SE1 9ZZ, Manchester|M1 9ZZ, Leeds|LS1 9ZZ, Bath|BA1 9ZZ, York|YO1 9ZZ, Bristol|BS1 9ZZ, Norwich|NR1 9ZZ, Exeter|EX1 9ZZ, Chester|CH1 9ZZ, Durham|DH1 9ZZ, Oxford|OX1 9ZZ, Brighton|BN1 9ZZ, Harrogate|HG1 9ZZ, Cardiff|CF10 9ZZ, Edinburgh|EH1 9ZZ, Glasgow|G1 9ZZ, Inverness|IV1 9ZZ, Lincoln|LN1 9ZZ, Truro|TR1 9ZZ, Winchester|SO23 9ZZ, Worcester|WR1 9ZZ, Ludlow|SY8 9ZZ, Whitby|YO21 9ZZ, Kendal|LA9 9ZZ, Shrewsbury|SY1 9ZZ, Nottingham|NG1 9ZZ, Birmingham|B1 9ZZ, Liverpool|L1 9ZZ, Belfast|BT1 9ZZ, Swansea|SA1 9ZZ"),
    _w("High Street, Church Street, Market Place, Station Road, Mill Lane, Castle Street, Bridge Street, Queen Street, The Parade, North Street, Abbey Road, Quayside"),
    ("{s} & {t}", "{s}’s of {p}", "The {a} {n}", "The {a} {n}, {p}", "{s} Gifts", "{s} Cards & Gifts", "{s} Interiors", "{p} Gift Company", "{s} & Daughters", "{a} {n} Ltd", "{s} Garden Centre", "{s} Stationers", "{a} & {n}", "The {p} {n}"),
    ("{s} Wholesale Ltd", "{s} & {t} Department Stores", "{s} Trading Ltd", "{s} {t} plc", "{p} Emporium Ltd", "{s} Retail Group", "{s} Distribution Ltd"),
    _w("Copper, Velvet, Willow, Little, Blue, Gilded, Painted, Silver, Crooked, Cosy, Sunny, Vintage, Hidden, Cherry, Old, Whistling, Golden, Merry, Paper, Rose, Scarlet, Pretty, Quiet, Secret, Ivory, Jolly, Lavender, Thistle, Wild, Button"),
    _w("Kettle, Teapot, Lantern, Barn, Cabin, Cupboard, Nest, Robin, Ribbon, Attic, Parlour, Cottage, Fox, Feather, Thimble, Basket, Acorn, Pantry, Workshop, Trunk, Owl, Meadow, Hare, Dresser, Garland, Candle, Orchard, Larder, Bee, Pebble"),
    house_number_last=False,
)  # fmt: skip
GERMAN = Words(
    _w("""Aigner, Bauer, Berger, Brandl, Brauneis, Dorfner, Ebner, Edlinger, Fellner, Fuchs, Gassner, Grabner, Haslinger, Hofer, Hölzl, Huemer, Kaltenbrunner,
    Kirchner, Köberl, Kofler, Lechner, Lindner, Mayrhofer, Moosbrugger, Neuhauser, Oberleitner, Pichler, Prammer, Raab, Reisinger, Rössler, Sailer, Schachinger,
    Schönauer, Stadler, Steinbauer, Stöger, Strasser, Thaler, Trautwein, Unger, Vogl, Wagner, Weidinger, Winkler, Wöhrer, Zauner, Zehetner"""),
    _w("Anna, Barbara, Birgit, Christina, Claudia, Elisabeth, Eva, Franziska, Gabriele, Ines, Johanna, Julia, Katharina, Lisa, Magdalena, Maria, Martina, Nina, Petra, Sabine, Silvia, Theresa, Ursula, Veronika"),
    _w("Alexander, Andreas, Bernhard, Christian, Daniel, Florian, Franz, Georg, Gerald, Hannes, Jakob, Johannes, Josef, Klaus, Lukas, Markus, Martin, Michael, Norbert, Paul, Peter, Stefan, Thomas, Wolfgang"),
    (),
    _w("Hauptstraße, Marktplatz, Bahnhofstraße, Kirchengasse, Linzer Straße, Rathausplatz, Gartenweg, Schulstraße, Am Anger, Lindenallee, Mühlweg, Brunnengasse"),
    ("Geschenkhaus {s}", "{s} Wohnkultur", "Papeterie {s}", "{s} & {t} OG", "Die {a} {n}", "{s} Floristik & Geschenke", "{s} Wohnaccessoires", "Gartencenter {s}", "{s} & Töchter", "Spielwaren {s}"),
    ("{s} & Söhne GmbH", "{s} Handels GmbH", "Kaufhaus {s} GmbH & Co KG", "{s} Großhandel GmbH", "{s} {t} AG"),
    _w("kleine, bunte, goldene, gute, schöne, alte, feine, blaue, grüne, stille"),
    _w("Stube, Werkstatt, Schatulle, Laterne, Truhe, Blüte, Teekanne, Schublade, Wiese, Perle"),
    _w("Mag., Dr., DI, Ing., MMag., Mag. (FH), , , , , , , , , , , , , , "),
)  # fmt: skip
FRENCH = Words(
    _w("Aubert, Barbier, Blanchet, Boucher, Carlier, Chauvin, Delmas, Deschamps, Dubreuil, Faucher, Garnier, Girault, Hamelin, Jacquet, Lacombe, Lavigne, Lemaire, Marchal, Morel, Noiret, Perrin, Poulain, Renaud, Rolland, Savary, Tessier, Vasseur, Verdier"),
    _w("Agnès, Amélie, Camille, Cécile, Chloé, Claire, Élodie, Émilie, Hélène, Isabelle, Julie, Laure, Léa, Manon, Margaux, Nathalie, Sandrine, Sophie, Valérie"),
    _w("Alain, Antoine, Benoît, Christophe, Denis, Étienne, Fabien, François, Guillaume, Hugo, Jérôme, Julien, Laurent, Luc, Mathieu, Nicolas, Olivier, Pierre, Vincent"),
    (),
    _w("Rue de la Gare, Rue du Marché, Place de l’Église, Rue des Lilas, Avenue du Parc, Rue Neuve, Quai du Port, Rue Haute"),
    ("Maison {s}", "Cadeaux {s}", "La Boutique {s}", "{s} & Filles", "Le {n} {a}", "Papeterie {s}", "Jardinerie {s}"),
    ("{s} Distribution SA", "Établissements {s} SARL", "{s} & {t} SAS", "Comptoir {s} SA"),
    _w("bleu, secret, doré, enchanté, gourmand, sauvage, perché"),
    _w("Grenier, Panier, Lampion, Jardin, Salon, Comptoir, Coffret, Nid"),
)  # fmt: skip
ROMANCE = Words(
    _w("Alvarado, Benítez, Cardoso, Costa, Duarte, Esposito, Ferraro, Fontana, Galván, Leone, Lombardi, Marques, Molina, Moretti, Navarro, Ortega, Pacheco, Pereira, Quintana, Ribeiro, Rinaldi, Romano, Salgado, Serra, Teixeira, Valente, Vidal, Zanetti"),
    _w("Alessia, Ana, Beatriz, Carla, Carmen, Chiara, Elena, Francesca, Giulia, Inês, Isabel, Lucía, Marta, Paola, Rita, Sara, Sofia, Teresa, Valentina"),
    _w("Alessandro, André, Carlos, Davide, Diego, Fabio, Filipe, Giorgio, Javier, João, Jorge, Luca, Manuel, Marco, Miguel, Nuno, Paulo, Pedro, Rui"),
    (),
    _w("Calle Mayor, Via Roma, Rua Direita, Plaza Nueva, Via Garibaldi, Rua do Porto, Avenida Central, Corso Italia"),
    ("Casa {s}", "Bazar {s}", "{s} & {t}", "{s} Home", "Atelier {s}", "{s} Gifts"),
    ("{s} Trading", "{s} & {t} Import", "Grupo {s}", "Distribuzione {s}"),
)  # fmt: skip
NORTHERN = Words(
    _w("Aalto, Andersson, Bergström, Björk, Dahl, Eklund, Falk, Haugen, Holm, Jansen, Jensen, Kask, Korhonen, Kowalski, Kvist, Lindqvist, Lund, Mäkinen, Nygård, Petrauskas, Rask, Sandberg, Sikora, Smit, Solheim, Strand, Thorsen, van Dijk, Virtanen, Visser, Wiśniewski"),
    _w("Aino, Anneke, Astrid, Birgitte, Ebba, Elin, Femke, Freja, Greta, Hanne, Ingrid, Karin, Kristiina, Lotte, Maja, Marit, Rūta, Saskia, Sigrid, Silje"),
    _w("Anders, Bram, Erik, Gustav, Henrik, Jaakko, Jan, Jonas, Kasper, Lars, Magnus, Mikael, Nils, Olav, Pieter, Rasmus, Sander, Sven, Tomasz, Ville"),
    (),
    _w("Storgatan, Hovedgaden, Kerkstraat, Torggata, Nygatan, Marktstraat, Havnegade, Kirkkokatu"),
    ("{s} Gaver", "{s} & {t}", "Butik {s}", "{s} Living", "{s} Interiør", "{s} Cadeaus", "Huset {s}"),
    ("{s} Engros", "{s} Handel", "{s} & {t} Groothandel", "{s} Nordic Trading"),
)  # fmt: skip
WORLD = Words(
    _w("Abbott, Ahmadi, Brennan, Chan, Costello, Haddad, Ito, Kim, Lam, Levy, Mbeki, Nakamura, Okafor, Oliveira, Park, Rahman, Sharma, Silva, Tan, Tanaka, Wong, Yamada"),
    _w("Aiko, Amira, Chloe, Dana, Hana, Jessica, Leila, Mei, Michelle, Noor, Sunita, Thandi, Yuki"),
    _w("Ahmed, Brian, Daniel, Hiroshi, Jason, Kenji, Kofi, Omar, Rajesh, Samuel, Sipho, Wei, Yusuf"),
    (),
    _w("Main Street, Harbour Road, Market Street, Garden Road, King Street, Ocean Drive"),
    ("{s} Gifts", "{s} & {t}", "{s} Home & Living", "The {s} Store"),
    ("{s} Trading", "{s} Import Export", "{s} General Trading", "{s} International"),
    house_number_last=False,
)  # fmt: skip
BY_COUNTRY = (
    dict.fromkeys(("GB", "IE", "JE", "GG", "IM", ""), ENGLISH)
    | dict.fromkeys(("AT", "DE", "CH", "LI"), GERMAN)
    | dict.fromkeys(("FR", "BE", "LU"), FRENCH)
    | dict.fromkeys(("ES", "PT", "IT", "GR", "MT", "CY", "BR"), ROMANCE)
    | dict.fromkeys(("SE", "DK", "NO", "FI", "IS", "LT", "LV", "EE", "PL", "NL"), NORTHERN)
)
PLACES = {
    "IE": _w("Dublin|D02 X9X9, Cork|T12 X9X9, Galway|H91 X9X9, Limerick|V94 X9X9, Kilkenny|R95 X9X9"),
    "JE": _w("Saint Helier|JE2 9ZZ"),
    "AT": _w("Wien|1010, Wien|1070, Graz|8010, Linz|4020, Salzburg|5020, Wels|4600, Innsbruck|6020, Steyr|4400, Villach|9500, Dornbirn|6850"),
    "DE": _w("Berlin|10115, Hamburg|20095, München|80331, Köln|50667, Leipzig|04109, Nürnberg|90402, Freiburg|79098, Bremen|28195, Regensburg|93047, Münster|48143"),
    "CH": _w("Zürich|8001, Bern|3011, Basel|4051, Luzern|6003, St. Gallen|9000"),
    "FR": _w("Paris|75011, Lyon|69002, Nantes|44000, Lille|59000, Bordeaux|33000, Rennes|35000, Strasbourg|67000, Annecy|74000"),
    "BE": _w("Bruxelles|1000, Antwerpen|2000, Gent|9000, Liège|4000, Brugge|8000"),
    "NL": _w("Amsterdam|1012 AB, Utrecht|3511 AB, Haarlem|2011 AB, Groningen|9711 AB"),
    "ES": _w("Madrid|28013, Barcelona|08002, Sevilla|41001, Valencia|46002"),
    "PT": _w("Lisboa|1100-001, Porto|4000-001, Braga|4700-001"),
    "IT": _w("Milano|20121, Roma|00184, Torino|10121, Bologna|40121"),
    "SE": _w("Stockholm|111 20, Göteborg|411 03, Malmö|211 20"), "DK": _w("København|1050, Aarhus|8000, Odense|5000"),
    "NO": _w("Oslo|0150, Bergen|5003"), "FI": _w("Helsinki|00100, Turku|20100"), "IS": _w("Reykjavík|101"), "PL": _w("Kraków|31-001, Gdańsk|80-001"),
    "LT": _w("Vilnius|01100"), "GR": _w("Athina|105 51, Thessaloniki|546 24"), "CY": _w("Lefkosia|1010, Lemesos|3030"), "MT": _w("Valletta|VLT 1010"),
    "AU": _w("Sydney|2000, Melbourne|3000, Perth|6000"), "US": _w("Portland|97201, Boston|02108, Austin|78701"), "JP": _w("Tokyo|100-0001, Osaka|530-0001"),
    "AE": _w("Dubai, Abu Dhabi"), "CA": _w("Toronto|M5H 2N2"), "ZA": _w("Cape Town|8001"), "SG": _w("Singapore|018956"), "HK": _w("Hong Kong"),
    "BH": _w("Manama"), "IL": _w("Tel Aviv|6100000"), "KR": _w("Seoul|04524"), "BR": _w("São Paulo|01001-000"), "TH": _w("Bangkok|10200"),
    "BM": _w("Hamilton"), "NG": _w("Lagos"), "LB": _w("Beirut"),
}  # fmt: skip
# Numbers that the regulators keep free for films and books (Ofcom, ComReg, Bundesnetzagentur, Arcep, PTS, ACMA, NANPA): nobody answers.
PHONES = {
    "GB": ("+442079460###", "+441614960###", "+441134960###", "+441214960###", "+441314960###", "+441632960###"),
    "IE": ("+3532091#####",),
    "DE": ("+493023125###", "+496990009###", "+494066969###", "+492214710###", "+498999998###"),
    "FR": ("+3319900####", "+3326191####"),
    "SE": ("+468465004##", "+463139006##"),
    "AU": ("+6125550####", "+6127010####"),
    "US": ("+150355501##", "+161755501##"),
}
MOBILES = {"GB": "+447700900###", "FR": "+3363998####"}
JOBS = {
    "en": _w(
        "Owner, Managing director, Head of buying, Buyer, Assistant buyer, Shop manager, Finance manager, Logistics manager, Category manager"
    ),
    "de": _w(
        "Inhaberin, Geschäftsführung, Leitung Einkauf, Einkauf, Filialleitung, Buchhaltung, Logistik, Sortimentsleitung"
    ),
}
INDUSTRIES = {
    "small": _w(
        "Gift shop, Gift shop, Gift shop, Interiors, Stationery, Garden centre, Museum shop, Florist, Toy shop, Café and shop, Online shop"
    ),
    "large": _w("Wholesale, Department store, Retail chain, Online retail"),
}
INDUSTRIES_IN_GERMAN = {
    "Buying association": "Einkaufsverband", "Café and shop": "Café mit Laden", "Department store": "Kaufhaus", "Florist": "Blumenhandel",
    "Garden centre": "Gartencenter", "Gift shop": "Geschenkeladen", "Interiors": "Wohnaccessoires", "Museum shop": "Museumsshop",
    "Online retail": "Versandhandel", "Online shop": "Onlineshop", "Retail chain": "Handelskette", "Stationery": "Papeterie",
    "Toy shop": "Spielwarengeschäft", "Wholesale": "Großhandel",
}  # fmt: skip
