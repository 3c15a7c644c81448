/// Names of columns in the languages in which exports are common, as ``normalizedName(_:)`` writes them: German, Spanish,
/// Portuguese, Italian, French, Dutch, Swedish, Polish, Turkish, Russian, Indonesian, Vietnamese, Chinese, Japanese, Korean.
enum ForeignNames {
    static let time = [
        "tarih", "дата", "tanggal", "ngày", "日期", "日付け", "日付", "날짜", "日時", "时间", "時間", "일자", "日期时间", "dato", "dátum",
    ]
    static let open = [
        "eröffn", "eröffnungskurs", "abertura", "apertura", "aperto", "açılış", "acilis", "откр", "открытие", "openen",
        "öppen", "öppning", "otwarcie", "pembukaan", "mở", "开盘", "開盤", "开盘价", "始値", "시가", "åbning", "åpning",
        "openingprice", "first", "openingsprijs", "openprijs",
    ]
    static let high = [
        "highest", "höchst", "höchstkurs", "máxima", "maxima", "massimo", "alto", "yüksek", "yuksek", "макс",
        "максимум",
        "hoog", "hoogste", "högst", "högsta", "najwyższy", "najwyzszy", "maks", "tertinggi", "cao", "高", "最高", "最高价",
        "高値", "고가", "høj", "høy", "plushaut", "highestprice",
    ]
    static let low = [
        "lowest", "tiefst", "tiefstkurs", "mínima", "minima", "minimo", "bajo", "baixo", "basso", "düşük", "dusuk",
        "мин",
        "минимум", "laag", "laagste", "lägst", "lägsta", "najniższy", "najnizszy", "terendah", "thấp", "低", "最低", "最低价",
        "安値", "저가", "lav", "plusbas", "lowestprice",
    ]
    static let close = [
        "fechamento", "chiusura", "kapanış", "kapanis", "şimdi", "simdi", "цена", "закр", "закрытие", "laatste", "slot",
        "senaste", "stängning", "ostatnio", "zamknięcie", "zamkniecie", "terakhir", "penutupan", "lầncuối", "收盘", "收盤",
        "收盘价", "終値", "종가", "seneste", "siste", "slotkoers", "preis", "kurs", "prezzo", "preço", "precio", "prix",
    ]
}
