/**
 * Cities of Europe, one a line: the name in the language of the place, then what others call it, by commas. Only names
 * that differ when folded ("Berlín" is "Berlin"). `~` before a name: people look for it, but a part of an address so
 * written may be another place. Further cities go in here; places.test.ts finds names that stand twice.
 */
export const citiesOfEurope = `
London, Londres, Londra, Londen, Londyn, Лондон, ロンドン, 伦敦, 倫敦, 런던
Manchester, Манчестер, マンチェスター, 曼彻斯特, 맨체스터
Birmingham, Бирмингем, バーミンガム, 伯明翰, 버밍엄
Liverpool, Ливерпуль, リバプール, リヴァプール, 利物浦, 리버풀
Glasgow, Глазго, グラスゴー, 格拉斯哥, 글래스고
Edinburgh, Édimbourg, Edimburgo, Edynburg, Эдинбург, エディンバラ, エジンバラ, 爱丁堡, 에든버러
Cardiff, Caerdydd, Кардифф, カーディフ, 加的夫, 카디프
Leeds, Лидс, リーズ, 利兹, 리즈
Sheffield, Шеффилд, シェフィールド, 谢菲尔德, 셰필드
Nottingham, Ноттингем, ノッティンガム, 诺丁汉, 노팅엄
Bristol, Бристоль, ブリストル, 布里斯托尔, 브리스톨
Belfast, Béal Feirste, Белфаст, ベルファスト, 贝尔法斯特, 벨파스트
Brighton, Брайтон, ブライトン, 布赖顿, 브라이턴
Leicester, Лестер, レスター, 莱斯特, 레스터
Oxford, Оксфорд, オックスフォード, 牛津, 옥스퍼드
Cambridge, Кембридж, ケンブリッジ, 剑桥, 케임브리지
Newcastle upon Tyne, Ньюкасл-апон-Тайн, ニューカッスル・アポン・タイン
Dublin, Baile Átha Cliath, Dublino, Dublim, Дублин, ダブリン, 都柏林, 더블린
Cork, Corcaigh, Корк, コーク
Galway, Gaillimh, Голуэй, ゴールウェイ
Berlin, Berlino, Berlim, Berlijn, Берлин, ベルリン, 柏林, 베를린
Hamburg, Hambourg, Hamburgo, Amburgo, Гамбург, ハンブルク, 汉堡, 함부르크
München, Muenchen, Munich, Monaco di Baviera, Múnich, Munique, Monachium, Мюнхен, ミュンヘン, 慕尼黑, 뮌헨
Köln, Koeln, Cologne, Colonia, Keulen, Kolonia, Кёльн, ケルン, 科隆, 쾰른
Frankfurt am Main, Frankfurt, Francfort, Francoforte, Франкфурт, Франкфурт-на-Майне, フランクフルト, 法兰克福, 프랑크푸르트
Stuttgart, Stoccarda, Estugarda, Штутгарт, シュトゥットガルト, 斯图加特, 슈투트가르트
Düsseldorf, Duesseldorf, Дюссельдорф, デュッセルドルフ, 杜塞尔多夫, 뒤셀도르프
Dortmund, Дортмунд, ドルトムント, 多特蒙德, 도르트문트
Essen, Эссен, エッセン, 埃森, 에센
Leipzig, Lipsia, Lipsk, Лейпциг, ライプツィヒ, 莱比锡, 라이프치히
Dresden, Dresde, Dresda, Drezno, Дрезден, ドレスデン, 德累斯顿, 드레스덴
Nürnberg, Nuernberg, Nuremberg, Norimberga, Nuremberga, Neurenberg, Norymberga, Нюрнберг, ニュルンベルク, 纽伦堡, 뉘른베르크
Hannover, Hanover, Hanovre, Ганновер, ハノーファー, 汉诺威, 하노버
Bremen, Brême, Brema, Бремен, ブレーメン, 不来梅, 브레멘
Mannheim, Мангейм, マンハイム, 曼海姆, 만하임
Bonn, Бонн, ボン, 波恩, 본
Gelsenkirchen, Гельзенкирхен, ゲルゼンキルヒェン, 盖尔森基兴
Münster, Muenster, Мюнстер, ミュンスター
Mainz, Mayence, Magonza, Maguncia, Mogúncia, Moguncja, Майнц, マインツ, 美因茨, 마인츠
Aachen, Aix-la-Chapelle, Aquisgrana, Aquisgrán, Aken, Akwizgran, Ахен, アーヘン, 亚琛, 아헨
Regensburg, Ratisbonne, Ratisbona, Ratyzbona, Регенсбург, レーゲンスブルク, 雷根斯堡
Freiburg im Breisgau, Freiburg, Fribourg-en-Brisgau, Friburgo in Brisgovia, Friburgo de Brisgovia, Фрайбург, フライブルク
Augsburg, Augsbourg, Augsburgo, Аугсбург, アウクスブルク, 奥格斯堡
Trier, Trèves, Treviri, Tréveris, Трир, トリーア, 特里尔
Heidelberg, Гейдельберг, ハイデルベルク, 海德堡, 하이델베르크
Wien, Vienna, Vienne, Viena, Wenen, Wiedeń, Вена, ウィーン, 维也纳, 維也納, 빈
Salzburg, Salzbourg, Salisburgo, Salzburgo, Зальцбург, ザルツブルク, 萨尔茨堡, 잘츠부르크
Graz, Грац, グラーツ, 格拉茨, 그라츠
Linz, Линц, リンツ, 林茨, 린츠
Innsbruck, Инсбрук, インスブルック, 因斯布鲁克, 인스브루크
Bregenz, Брегенц, ブレゲンツ
Zürich, Zuerich, Zurigo, Zurych, Zurique, Цюрих, チューリッヒ, 苏黎世, 취리히
Genève, Geneva, Genf, Ginevra, Ginebra, Genebra, Genewa, Женева, ジュネーヴ, ジュネーブ, 日内瓦, 제네바
Basel, Basle, Bâle, Basilea, Basileia, Bazel, Bazylea, Базель, バーゼル, 巴塞尔, 바젤
Bern, Berne, Berna, Berno, Берн, ベルン, 伯尔尼, 베른
Lausanne, Losanna, Lausana, Lozanna, Лозанна, ローザンヌ, 洛桑, 로잔
Luzern, Lucerne, Lucerna, Люцерн, ルツェルン, 卢塞恩, 루체른
Montreux, Монтрё, モントルー, 蒙特勒, 몽트뢰
Lugano, Лугано, ルガーノ, 卢加诺
St. Gallen, Sankt Gallen, Saint-Gall, San Gallo, San Galo, Санкт-Галлен
Paris, Parigi, Parijs, Paryż, Париж, パリ, 巴黎, 파리
Lyon, Lyons, Lione, Lião, Лион, リヨン, 里昂, 리옹
Marseille, Marseilles, Marsiglia, Marsella, Marselha, Marsylia, Марсель, マルセイユ, 马赛, 마르세유
Lille, Rijsel, Лилль, リール, 里尔, 릴
Toulouse, ~Tolosa, Tuluza, Тулуза, トゥールーズ, 图卢兹, 툴루즈
Bordeaux, Burdeos, Bordéus, Бордо, ボルドー, 波尔多, 보르도
Nice, Nizza, Niza, Nicea, Ницца, ニース, 尼斯, 니스
Nantes, Нант, ナント, 南特, 낭트
Strasbourg, Straßburg, Strasburgo, Estrasburgo, Straatsburg, Strasburg, Страсбург, ストラスブール, 斯特拉斯堡, 스트라스부르
Montpellier, Монпелье, モンペリエ, 蒙彼利埃, 몽펠리에
Saint-Denis, St. Denis, Сен-Дени, サン＝ドニ, 圣但尼
Nanterre, Нантер, ナンテール
Cannes, Канны, カンヌ, 戛纳, 칸
Avignon, Avignone, Aviñón, Avinhão, Awinion, Авиньон, アヴィニョン, 阿维尼翁
Dijon, Digione, Дижон, ディジョン, 第戎
Reims, Rheims, Реймс, ランス, 兰斯
Amsterdam, Amesterdão, Amsterdã, Амстердам, アムステルダム, 阿姆斯特丹, 암스테르담
Rotterdam, Roterdão, Roterdã, Роттердам, ロッテルダム, 鹿特丹, 로테르담
Den Haag, 's-Gravenhage, The Hague, La Haye, L'Aia, La Haya, Haia, Haga, Гаага, ハーグ, 海牙, 헤이그
Utrecht, Утрехт, ユトレヒト, 乌得勒支, 위트레흐트
Eindhoven, Эйндховен, アイントホーフェン, 埃因霍温, 에인트호번
Groningen, Groningue, Groninga, Гронинген, フローニンゲン
Nijmegen, Nimègue, Nimwegen, Nimega, Неймеген, ナイメーヘン
Maastricht, Маастрихт, マーストリヒト, 马斯特里赫特
Brussel, Bruxelles, Brussels, Brüssel, Bruselas, Bruxelas, Bruksela, Брюссель, ブリュッセル, 布鲁塞尔, 브뤼셀
Antwerpen, Antwerp, Anvers, Anversa, Amberes, Antuérpia, Antwerpia, Антверпен, アントワープ, 安特卫普, 안트베르펜
Gent, Ghent, Gand, Gante, Gandawa, Гент, ヘント, ゲント, 根特, 겐트
Brugge, Bruges, Brügge, Brujas, Brugia, Брюгге, ブルッヘ, ブルージュ, 布鲁日, 브뤼허
Liège, Luik, Lüttich, Liegi, Lieja, Льеж, リエージュ, 列日, 리에주
Leuven, Louvain, Lovanio, Lovaina, Lowanium, Лёвен, ルーヴェン, 鲁汶
Luxembourg, Lëtzebuerg, Luxemburg, Lussemburgo, Luxemburgo, Luksemburg, Люксембург, ルクセンブルク, 卢森堡, 룩셈부르크
Barcelona, Barcelone, Barcellona, Барселона, バルセロナ, 巴塞罗那, 바르셀로나
Madrid, Madryt, Мадрид, マドリード, マドリッド, 马德里, 마드리드
Sevilla, Seville, Séville, Siviglia, Sevilha, Sewilla, Севилья, セビリア, セビージャ, 塞维利亚, 세비야
Bilbao, Bilbo, Bilbau, Бильбао, ビルバオ, 毕尔巴鄂, 빌바오
Valencia, ~Valence, Valenza, Walencja, Валенсия, バレンシア, 巴伦西亚, 瓦伦西亚, 발렌시아
Málaga, Малага, マラガ, 马拉加, 말라가
Zaragoza, Saragossa, Saragosse, Saragozza, Saragoça, Сарагоса, サラゴサ, 萨拉戈萨, 사라고사
Granada, Grenade, Гранада, グラナダ, 格拉纳达, 그라나다
Córdoba, Cordova, Cordoue, Кордова, コルドバ, 科尔多瓦
Donostia, San Sebastián, Saint-Sébastien, Сан-Себастьян, サン・セバスティアン
A Coruña, La Coruña, Corunna, La Corogne, Corunha, Ла-Корунья
Santiago de Compostela, Saint-Jacques-de-Compostelle, Сантьяго-де-Компостела
Palma de Mallorca, Palma di Maiorca, Пальма-де-Мальорка, パルマ・デ・マヨルカ
Alicante, Alacant, Аликанте, アリカンテ
Lisboa, Lisbon, Lisbonne, Lissabon, Lisbona, Lizbona, Лиссабон, リスボン, 里斯本, 리스본
Porto, Oporto, Порту, ポルト, 波尔图, 포르투
Braga, Брага, ブラガ
Milano, Milan, Mailand, Milão, Milaan, Mediolan, Милан, ミラノ, 米兰, 밀라노
Roma, Rome, Rom, Rzym, Рим, ローマ, 罗马, 羅馬, 로마
Verona, Vérone, Werona, Верона, ヴェローナ, 维罗纳, 베로나
Torino, Turin, Turim, Turijn, Turyn, Турин, トリノ, 都灵, 토리노
Venezia, Venice, Venise, Venedig, Venecia, Veneza, Venetië, Wenecja, Венеция, ヴェネツィア, ベネチア, 威尼斯, 베네치아
Napoli, Naples, Neapel, Nápoles, Napels, Neapol, Неаполь, ナポリ, 那不勒斯, 나폴리
Firenze, Florence, Florenz, Florencia, Florença, Florencja, Флоренция, フィレンツェ, 佛罗伦萨, 피렌체
Bologna, Bologne, Bolonia, Bolonha, Болонья, ボローニャ, 博洛尼亚, 볼로냐
Genova, Genoa, Gênes, Genua, Генуя, ジェノヴァ, 热那亚, 제노바
Palermo, Palerme, Палермо, パレルモ, 巴勒莫, 팔레르모
Padova, Padua, Padoue, Padwa, Падуя, パドヴァ, 帕多瓦
Bari, Бари, バーリ, 巴里
Trieste, Triest, Триест, トリエステ, 的里雅斯特
Bolzano, Bozen, Больцано, ボルツァーノ
Mantova, Mantua, Mantoue, Мантуя
Siracusa, ~Syracuse, Syrakus, Сиракузы
Taormina, Таормина, タオルミーナ
La Valletta, Valletta, La Vallette, Il-Belt Valletta, Валлетта, バレッタ, 瓦莱塔, 발레타
Stockholm, Stoccolma, Estocolmo, Sztokholm, Стокгольм, ストックホルム, 斯德哥尔摩, 스톡홀름
Göteborg, Goeteborg, Gothenburg, Gotemburgo, Gotenburg, Гётеборг, ヨーテボリ, 哥德堡, 예테보리
Malmö, Мальмё, マルメ, 马尔默, 말뫼
Uppsala, Упсала, ウプサラ, 乌普萨拉
København, Copenhagen, Copenhague, Kopenhagen, Copenaghen, Copenhaga, Kopenhaga, Köpenhamn, Копенгаген, コペンハーゲン, 哥本哈根, 코펜하겐
Aarhus, Århus, Орхус, オーフス, 奥胡斯, 오르후스
Odense, Оденсе, オーデンセ
Roskilde, Роскилле, ロスキレ
Oslo, Осло, オスロ, 奥斯陆, 오슬로
Bergen, Берген, ベルゲン, 卑尔根, 베르겐
Trondheim, Тронхейм, トロンハイム, 特隆赫姆
Stavanger, Ставангер, スタヴァンゲル
Helsinki, Helsingfors, Helsinque, Хельсинки, ヘルシンキ, 赫尔辛基, 헬싱키
Tampere, Tammerfors, Тампере, タンペレ, 坦佩雷, 탐페레
Turku, Åbo, Турку, トゥルク, 图尔库
Reykjavík, Reikiavik, Reiquiavique, Рейкьявик, レイキャビク, レイキャヴィーク, 雷克雅未克, 레이캬비크
Tallinn, Tallin, Reval, Таллин, Таллинн, タリン, 塔林, 탈린
Tartu, Dorpat, Тарту, タルトゥ
Riga, Ryga, Рига, リガ, 里加, 리가
Vilnius, Wilno, Wilna, Vilna, Вильнюс, ヴィリニュス, ビリニュス, 维尔纽斯, 빌뉴스
Kaunas, Kowno, Каунас, カウナス, 考纳斯, 카우나스
Warszawa, Warsaw, Varsovie, Warschau, Varsavia, Варшава, ワルシャワ, 华沙, 華沙, 바르샤바
Kraków, Cracow, Cracovie, Krakau, Cracovia, Краков, クラクフ, 克拉科夫, 크라쿠프
Łódź, Лодзь, ウッチ, 罗兹, 우치
Gdańsk, Danzig, Dantzig, Danzica, Гданьск, グダニスク, グダンスク, 格但斯克, 그단스크
Wrocław, Breslau, Breslavia, Вроцлав, ヴロツワフ, 弗罗茨瓦夫, 브로츠와프
Poznań, Posen, Познань, ポズナン, 波兹南, 포즈난
Katowice, Kattowitz, Катовице, カトヴィツェ, 卡托维兹
Szczecin, Stettin, Stettino, Щецин, シュチェチン
Lublin, Lublino, Люблин, ルブリン
Praha, Prague, Prag, Praga, Praag, Прага, プラハ, 布拉格, 프라하
Brno, Brünn, Брно, ブルノ, 布尔诺, 브르노
Ostrava, Ostrau, Ostrawa, Острава, オストラヴァ
Plzeň, Pilsen, Pilzno, Пльзень, プルゼニ, 比尔森
Bratislava, Pressburg, Bratysława, Pozsony, Братислава, ブラチスラヴァ, 布拉迪斯拉发, 브라티슬라바
Košice, Kaschau, Koszyce, Кошице, コシツェ
Budapest, Budapeszt, Budapeste, Boedapest, Будапешт, ブダペスト, 布达佩斯, 부다페스트
Ljubljana, Laibach, Lubiana, Lubljana, Liubliana, Lublana, Любляна, リュブリャナ, 卢布尔雅那, 류블랴나
Maribor, Marburg an der Drau, Марибор, マリボル
Zagreb, Zagabria, Zagrzeb, Agram, Загреб, ザグレブ, 萨格勒布, 자그레브
Split, Spalato, Сплит, スプリト, 斯普利特
Dubrovnik, Dubrownik, Дубровник, ドゥブロヴニク, 杜布罗夫尼克
Beograd, Београд, Belgrade, Belgrad, Belgrado, Белград, ベオグラード, 贝尔格莱德, 베오그라드
Novi Sad, Нови Сад, Neusatz, Нови-Сад, ノヴィ・サド, 诺维萨德, 노비사드
Sarajevo, Сарајево, Sarajewo, Сараево, サラエボ, 萨拉热窝, 사라예보
Skopje, Скопје, Skopie, Скопье, スコピエ, 斯科普里, 스코페
Tirana, Tirane, Тирана, ティラナ, 地拉那, 티라나
Podgorica, Подгорица, ポドゴリツァ, 波德戈里察
Pristina, Prishtinë, Priština, Приштина, プリシュティナ
București, Bucharest, Bucarest, Bukarest, Bucareste, Boekarest, Bukareszt, Бухарест, ブカレスト, 布加勒斯特, 부쿠레슈티
Cluj-Napoca, Cluj, Klausenburg, Kolozsvár, Клуж-Напока, クルジュ＝ナポカ
Timișoara, Temeswar, Temesvár, Тимишоара, ティミショアラ
Chișinău, Kischinau, Kiszyniów, Кишинёв, キシナウ, 基希讷乌, 키시너우
София, Sofia, ソフィア, 索非亚, 소피아
Пловдив, Plovdiv, Filippopoli, プロヴディフ, 普罗夫迪夫
Варна, Varna, Warna, ヴァルナ, 瓦尔纳
Αθήνα, Athina, Athens, Athen, Athènes, Atene, Atenas, Athene, Ateny, Афины, アテネ, 雅典, 아테네
Θεσσαλονίκη, Thessaloniki, Thessalonique, Salonicco, Salónica, Saloniki, Салоники, テッサロニキ, 塞萨洛尼基, 테살로니키
Λευκωσία, Nicosia, Nicosie, Nikosia, Lefkoşa, Никосия, ニコシア, 尼科西亚, 니코시아
İstanbul, Estambul, Istambul, Istanboel, Stambuł, Стамбул, イスタンブール, 伊斯坦布尔, 이스탄불
Ankara, Ancara, Анкара, アンカラ, 安卡拉, 앙카라
İzmir, Smyrna, Esmirna, Измир, イズミル, 伊兹密尔, 이즈미르
Antalya, Анталья, アンタルヤ, 安塔利亚, 안탈리아
Київ, Kyiv, Kiev, Kiew, Kijów, Киев, キーウ, キエフ, 基辅, 키이우, 키예프
Львів, Lviv, Lwów, Lemberg, Leopoli, Leópolis, Львов, リヴィウ, 利沃夫, 리비우
Одеса, Odesa, Odessa, Одесса, オデーサ, オデッサ, 敖德萨, 오데사
Харків, Kharkiv, Charkiw, Charków, Kharkov, Харьков, ハルキウ, 哈尔科夫, 하르키우
Дніпро, Dnipro, Днепр, ドニプロ, 第聂伯
Мінск, Минск, Minsk, ミンスク, 明斯克, 민스크
Москва, Moscow, Moskva, Moscou, Moskau, Mosca, Moscú, Moscovo, Moskou, Moskwa, モスクワ, 莫斯科, 모스크바
Санкт-Петербург, Saint Petersburg, St. Petersburg, Saint-Pétersbourg, Sankt Petersburg, San Pietroburgo, San Petersburgo, São Petersburgo, Sint-Petersburg, サンクトペテルブルク, 圣彼得堡, 상트페테르부르크
Казань, Kazan, Kasan, カザン, 喀山, 카잔
Новосибирск, Novosibirsk, Nowosibirsk, Nowosybirsk, ノヴォシビルスク, 新西伯利亚, 노보시비르스크
Екатеринбург, Yekaterinburg, Ekaterinburg, Jekaterinburg, エカテリンブルク, 叶卡捷琳堡, 예카테린부르크
Нижний Новгород, Nizhny Novgorod, Nischni Nowgorod, Niżny Nowogród, ニジニ・ノヴゴロド
Калининград, Kaliningrad, Königsberg, Królewiec, カリーニングラード, 加里宁格勒
Владивосток, Vladivostok, Wladiwostok, Władywostok, ウラジオストク, 符拉迪沃斯托克, 海参崴, 블라디보스토크
`;
