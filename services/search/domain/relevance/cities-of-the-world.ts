/** Cities beyond Europe, in the form of cities-of-europe.ts. */
export const citiesOfTheWorld = `
New York, New York City, NYC, Nueva York, Nova York, Nova Iorque, Nowy Jork, Нью-Йорк, ニューヨーク, 纽约, 紐約, 뉴욕
Brooklyn, Бруклин, ブルックリン, 布鲁克林, 브루클린
Los Angeles, ~LA, Лос-Анджелес, ロサンゼルス, 洛杉矶, 洛杉磯, 로스앤젤레스
San Francisco, ~SF, ~Frisco, São Francisco, Сан-Франциско, サンフランシスコ, 旧金山, 舊金山, 샌프란시스코
San Diego, Сан-Диего, サンディエゴ, 圣迭戈, 샌디에이고
Chicago, Чикаго, シカゴ, 芝加哥, 시카고
Boston, Бостон, ボストン, 波士顿, 보스턴
Philadelphia, ~Philly, Philadelphie, Filadelfia, Филадельфия, フィラデルフィア, 费城, 필라델피아
Washington, ~Washington DC, Вашингтон, ワシントン, 华盛顿, 華盛頓, 워싱턴
Baltimore, Балтимор, ボルチモア, 巴尔的摩, 볼티모어
Atlanta, Атланта, アトランタ, 亚特兰大, 애틀랜타
Miami, Майами, マイアミ, 迈阿密, 마이애미
Orlando, Орландо, オーランド, 奥兰多, 올랜도
Tampa, Тампа, タンパ, 坦帕, 탬파
Nashville, Нашвилл, ナッシュビル, 纳什维尔, 내슈빌
Memphis, Мемфис, メンフィス, 孟菲斯, 멤피스
New Orleans, ~NOLA, La Nouvelle-Orléans, Nueva Orleans, Nova Orleães, Nowy Orlean, Новый Орлеан, ニューオーリンズ, 新奥尔良, 뉴올리언스
Austin, Остин, オースティン, 奥斯汀, 오스틴
Dallas, Даллас, ダラス, 达拉斯, 댈러스
Houston, Хьюстон, ヒューストン, 休斯敦, 휴스턴
San Antonio, Сан-Антонио, サンアントニオ, 圣安东尼奥, 샌안토니오
Denver, Денвер, デンバー, 丹佛, 덴버
Phoenix, Финикс, フェニックス, 凤凰城, 菲尼克斯, 피닉스
Las Vegas, ~Vegas, Лас-Вегас, ラスベガス, 拉斯维加斯, 라스베이거스
Salt Lake City, Солт-Лейк-Сити, ソルトレイクシティ, 盐湖城, 솔트레이크시티
Seattle, Сиэтл, シアトル, 西雅图, 시애틀
Portland, Портленд, ポートランド, 波特兰, 포틀랜드
Detroit, Детройт, デトロイト, 底特律, 디트로이트
Minneapolis, Миннеаполис, ミネアポリス, 明尼阿波利斯, 미니애폴리스
Cleveland, Кливленд, クリーブランド, 克利夫兰, 클리블랜드
Pittsburgh, Питтсбург, ピッツバーグ, 匹兹堡, 피츠버그
St. Louis, Saint Louis, Сент-Луис, セントルイス, 圣路易斯, 세인트루이스
Honolulu, Гонолулу, ホノルル, 檀香山, 火奴鲁鲁, 호놀룰루
Toronto, Торонто, トロント, 多伦多, 토론토
Montréal, Монреаль, モントリオール, 蒙特利尔, 滿地可, 몬트리올
Vancouver, Ванкувер, バンクーバー, 温哥华, 溫哥華, 밴쿠버
Québec, Quebec City, Ville de Québec, Квебек, ケベック, 魁北克, 퀘벡
Ottawa, Оттава, オタワ, 渥太华, 오타와
Calgary, Калгари, カルガリー, 卡尔加里, 캘거리
Edmonton, Эдмонтон, エドモントン, 埃德蒙顿, 에드먼턴
Winnipeg, Виннипег, ウィニペグ, 温尼伯, 위니펙
Ciudad de México, CDMX, Mexico City, Mexiko-Stadt, Città del Messico, Cidade do México, Mexico-stad, Miasto Meksyk, Мехико, メキシコシティ, 墨西哥城, 멕시코시티
Guadalajara, Гвадалахара, グアダラハラ, 瓜达拉哈拉, 과달라하라
Monterrey, Монтеррей, モンテレイ, 蒙特雷, 몬테레이
Tijuana, Тихуана, ティフアナ, 蒂华纳, 티후아나
Cancún, Канкун, カンクン, 坎昆, 칸쿤
La Habana, Havana, La Havane, Havanna, L'Avana, Hawana, Гавана, ハバナ, 哈瓦那, 아바나
Santo Domingo, Saint-Domingue, São Domingos, Санто-Доминго, サントドミンゴ, 圣多明各, 산토도밍고
Ciudad de Guatemala, Guatemala City, Guatemala-Stadt, Cidade da Guatemala, Гватемала-Сити, グアテマラシティ
Ciudad de Panamá, Panama City, Panama-Stadt, Cidade do Panamá, パナマシティ, 巴拿马城, 파나마시티
Kingston, Кингстон, キングストン, 金斯敦, 킹스턴
São Paulo, San Paolo, San Pablo, Сан-Паулу, サンパウロ, 圣保罗, 聖保羅, 상파울루
Rio de Janeiro, ~Rio, Рио-де-Жанейро, リオデジャネイロ, 里约热内卢, 里約熱內盧, 리우데자네이루
Brasília, Бразилиа, ブラジリア, 巴西利亚, 브라질리아
Belo Horizonte, Белу-Оризонти, ベロオリゾンテ, 贝洛奥里藏特, 벨루오리존치
Porto Alegre, Порту-Алегри, ポルト・アレグレ, 阿雷格里港, 포르투알레그리
Salvador, Salvador da Bahia, Salvador de Bahía, Салвадор, サルヴァドール
Curitiba, Куритиба, クリチバ, 库里蒂巴, 쿠리치바
Buenos Aires, Буэнос-Айрес, ブエノスアイレス, 布宜诺斯艾利斯, 부에노스아이레스
Rosario, Росарио, ロサリオ
Santiago de Chile, Santiago, Сантьяго, サンティアゴ, 圣地亚哥, 산티아고
Valparaíso, Вальпараисо, バルパライソ, 瓦尔帕莱索
Bogotá, Богота, ボゴタ, 波哥大, 보고타
Medellín, Медельин, メデジン, 麦德林, 메데인
Cartagena de Indias, Cartagena, Carthagène, Картахена, カルタヘナ, 卡塔赫纳
Lima, Лима, リマ, 利马, 리마
Quito, Кито, キト, 基多, 키토
La Paz, Ла-Пас, ラパス, 拉巴斯, 라파스
Caracas, Каракас, カラカス, 加拉加斯, 카라카스
Montevideo, Montevidéu, Монтевидео, モンテビデオ, 蒙得维的亚, 몬테비데오
Asunción, Assunção, Assomption, Асунсьон, アスンシオン, 亚松森, 아순시온
東京, Tokyo, Tokio, Tóquio, Tokyo-to, 東京都, とうきょう, Токио, 东京, 도쿄
横浜, Yokohama, Jokohama, 横浜市, Иокогама, 横滨, 橫濱, 요코하마
さいたま, Saitama, 埼玉, Сайтама, 사이타마
大阪, Osaka, Ósaca, 大阪市, Осака, 오사카
名古屋, Nagoya, Nagoja, 名古屋市, Нагоя, 나고야
京都, Kyoto, Kioto, Quioto, 京都市, Киото, 교토
神戸, Kobe, 神戸市, Кобе, 神户, 고베
札幌, Sapporo, 札幌市, Саппоро, 삿포로
仙台, Sendai, 仙台市, Сендай, 센다이
広島, Hiroshima, Hiroszima, Hiroxima, 広島市, Хиросима, 广岛, 廣島, 히로시마
福岡, Fukuoka, 福岡市, Фукуока, 福冈, 후쿠오카
千葉, Chiba, 千葉市, Тиба, 千叶, 지바
湯沢, Yuzawa, 湯沢町, Юдзава, 汤泽, 유자와
那覇, Naha, 那覇市, Наха, 那霸, 나하
서울, 서울특별시, Seoul, Seul, Seoel, Сеул, ソウル, 首尔, 首爾, 漢城
부산, 부산광역시, Busan, Pusan, Пусан, 釜山, プサン
인천, 인천광역시, Incheon, Inchon, Инчхон, 仁川, インチョン
대구, Daegu, Taegu, Тэгу, 大邱, テグ
台北, 臺北, 台北市, 臺北市, Taipei, Taipeh, Tajpej, Тайбэй, 타이베이
高雄, 高雄市, Kaohsiung, Гаосюн, 가오슝
台中, 臺中, 台中市, Taichung, Тайчжун, 타이중
香港, Hong Kong, Hongkong, Hong-Kong, Гонконг, ホンコン, 홍콩
澳門, 澳门, Macau, Macao, Makau, Макао, マカオ, 마카오
北京, 北京市, Beijing, Peking, Pechino, Pekin, Pequim, Пекин, ペキン, 베이징
上海, 上海市, Shanghai, Schanghai, Xangai, Sjanghai, Szanghaj, Шанхай, シャンハイ, 상하이
广州, 廣州, Guangzhou, Гуанчжоу, 広州, 광저우
深圳, Shenzhen, Шэньчжэнь, シンセン, 선전
成都, Chengdu, Чэнду, チェンドゥ, 청두
杭州, Hangzhou, Ханчжоу, 항저우
武汉, 武漢, Wuhan, Ухань, 우한
南京, Nanjing, Nanking, Nankin, Nanchino, Nanquim, Нанкин, 난징
西安, Xi'an, Сиань, 시안
重庆, 重慶, Chongqing, Tschungking, Чунцин, 충칭
天津, Tianjin, Tientsin, Тяньцзинь, 톈진
Улаанбаатар, Ulaanbaatar, Ulan Bator, Oulan-Bator, Ułan Bator, Улан-Батор, ウランバートル, 乌兰巴托, 울란바토르
Singapore, Singapur, Singapour, Singapura, Cingapura, Сингапур, シンガポール, 新加坡, 싱가포르
กรุงเทพมหานคร, กรุงเทพ, กรุงเทพฯ, Bangkok, Banguecoque, Krung Thep, Бангкок, バンコク, 曼谷, 방콕
เชียงใหม่, Chiang Mai, Чиангмай, チェンマイ, 清迈, 치앙마이
ภูเก็ต, Phuket, Пхукет, プーケット, 普吉, 푸껫
Jakarta, Djakarta, Giacarta, Yakarta, Dżakarta, Jacarta, Джакарта, ジャカルタ, 雅加达, 자카르타
Denpasar, Денпасар, デンパサール, 登巴萨
Manila, Manille, Manilla, Манила, マニラ, 马尼拉, 마닐라
Kuala Lumpur, Куала-Лумпур, クアラルンプール, 吉隆坡, 쿠알라룸푸르
Hà Nội, Ханой, ハノイ, 河内, 하노이
Thành phố Hồ Chí Minh, Ho Chi Minh City, Saigon, Sài Gòn, Ho-Chi-Minh-Stadt, Hô-Chi-Minh-Ville, Хошимин, ホーチミン, 胡志明市, 호찌민
ភ្នំពេញ, Phnom Penh, Пномпень, プノンペン, 金边, 프놈펜
ရန်ကုန်, Yangon, Rangoon, Rangun, Янгон, ヤンゴン, 仰光, 양곤
Mumbai, मुंबई, Bombay, Bombaim, Bombaj, Мумбаи, ムンバイ, 孟买, 뭄바이
Navi Mumbai, नवी मुंबई, Нави-Мумбаи, ナビムンバイ
New Delhi, नई दिल्ली, Nuova Delhi, Nueva Delhi, Nova Deli, Nowe Delhi, Neu-Delhi, Нью-Дели, ニューデリー, 新德里, 뉴델리
Delhi, दिल्ली, Дели, デリー, 德里, 델리
Bengaluru, ಬೆಂಗಳೂರು, Bangalore, Bangaluru, Бангалор, ベンガルール, 班加罗尔, 벵갈루루
Kolkata, কলকাতা, Calcutta, Kalkutta, Calcuta, Kalkuta, Калькутта, コルカタ, 加尔各答, 콜카타
Chennai, சென்னை, Madras, Ченнаи, チェンナイ, 金奈, 첸나이
Pune, पुणे, Poona, Пуна, プネー, 浦那
Goa, गोवा, Гоа, ゴア, 果阿
ঢাকা, Dhaka, Dacca, Daca, Dakka, Дакка, ダッカ, 达卡, 다카
Colombo, Коломбо, コロンボ, 科伦坡, 콜롬보
काठमाडौं, Kathmandu, Katmandou, Katmandu, Катманду, カトマンズ, 加德满都, 카트만두
کراچی, Karachi, Karatschi, Carachi, Карачи, カラチ, 卡拉奇, 카라치
لاہور, Lahore, Лахор, ラホール, 拉合尔, 라호르
تهران, Tehran, Teheran, Teerã, Teerão, Тегеран, テヘラン, 德黑兰, 테헤란
بغداد, Baghdad, Bagdad, Bagdá, Bagdade, Багдад, バグダッド, 巴格达, 바그다드
دبي, Dubai, Дубай, ドバイ, 迪拜, 두바이
أبوظبي, أبو ظبي, Abu Dhabi, Abou Dabi, Abou Dhabi, Abu Dabi, Abu Zabi, Абу-Даби, アブダビ, 阿布扎比, 아부다비
الدوحة, Doha, Доха, ドーハ, 多哈, 도하
الرياض, Riyadh, Riad, Riyad, Rijad, Эр-Рияд, リヤド, 利雅得, 리야드
جدة, Jeddah, Djeddah, Dschidda, Gedda, Yeda, Джидда, ジッダ, 吉达, 제다
المنامة, Manama, Манама, マナーマ, 麦纳麦
مسقط, Muscat, Mascate, Maskat, Маскат, マスカット, 马斯喀特
عمّان, Amman, Amã, Амман, アンマン, 安曼, 암만
دمشق, Damascus, Damas, Damaskus, Damasco, Damaszek, Дамаск, ダマスカス, 大马士革, 다마스쿠스
بيروت, Beirut, Beyrouth, Beiroet, Bejrut, Beirute, Бейрут, ベイルート, 贝鲁特, 베이루트
بعلبك, Baalbek, Balbek, Баальбек, バールベック, 巴勒贝克
جونيه, Jounieh, Junieh, Джуния
תל אביב, תל אביב-יפו, Tel Aviv, Tel Aviv-Yafo, Tel Aviv-Jaffa, Telavive, Tel Awiw, Тель-Авив, テルアビブ, 特拉维夫, 텔아비브
ירושלים, القدس, Jerusalem, Gerusalemme, Jeruzalem, Jerozolima, Иерусалим, エルサレム, 耶路撒冷, 예루살렘
חיפה, Haifa, Hajfa, Хайфа, ハイファ, 海法, 하이파
القاهرة, Cairo, Kairo, Le Caire, Il Cairo, El Cairo, Kair, Каир, カイロ, 开罗, 카이로
الإسكندرية, Alexandria, Alexandrie, Alessandria d'Egitto, Alejandría, Aleksandria, Александрия, アレクサンドリア, 亚历山大港, 알렉산드리아
الدار البيضاء, Casablanca, Касабланка, カサブランカ, 卡萨布兰卡, 카사블랑카
الرباط, Rabat, Рабат, ラバト, 拉巴特, 라바트
مراكش, Marrakech, Marrakesh, Marrakesch, Marraquexe, Marrakesz, Марракеш, マラケシュ, 马拉喀什, 마라케시
فاس, Fès, Fez, Фес, フェズ, 非斯
تونس العاصمة, Tunis, Tunisi, チュニス, 突尼斯市, 튀니스
مدينة الجزائر, Algiers, Alger, Algier, Algeri, Argel, アルジェ, 阿尔及尔, 알제
Lagos, Лагос, ラゴス, 拉各斯, 라고스
Abuja, Абуджа, アブジャ, 阿布贾, 아부자
Accra, Acra, Akra, Аккра, アクラ, 阿克拉, 아크라
Dakar, Дакар, ダカール, 达喀尔, 다카르
Abidjan, Abidżan, Абиджан, アビジャン, 阿比让, 아비장
Kinshasa, Kinszasa, Киншаса, キンシャサ, 金沙萨, 킨샤사
Luanda, Луанда, ルアンダ, 罗安达, 루안다
Nairobi, Найроби, ナイロビ, 内罗毕, 나이로비
Addis Ababa, አዲስ አበባ, Addis Abeba, Adis Abeba, Аддис-Абеба, アディスアベバ, 亚的斯亚贝巴, 아디스아바바
Kampala, Кампала, カンパラ, 坎帕拉, 캄팔라
Johannesburg, ~Joburg, ~Jozi, Johannesbourg, Johannesburgo, Joanesburgo, Йоханнесбург, ヨハネスブルグ, 约翰内斯堡, 요하네스버그
Cape Town, Kapstadt, Le Cap, Città del Capo, Ciudad del Cabo, Cidade do Cabo, Kaapstad, Kapsztad, Кейптаун, ケープタウン, 开普敦, 케이프타운
Durban, Дурбан, ダーバン, 德班, 더반
Pretoria, Претория, プレトリア, 比勒陀利亚, 프리토리아
Astana, Астана, Nur-Sultan, Нур-Султан, アスタナ, 阿斯塔纳, 아스타나
Алматы, Almaty, Алма-Ата, Alma-Ata, Ałmaty, アルマトイ, 阿拉木图, 알마티
Toshkent, Tashkent, Taschkent, Tachkent, Taskent, Taszkent, Ташкент, タシュケント, 塔什干, 타슈켄트
თბილისი, Tbilisi, Tiflis, Tbilissi, Тбилиси, トビリシ, 第比利斯, 트빌리시
ბათუმი, Batumi, Batoumi, Батуми, バトゥミ, 巴统, 바투미
Երևան, Yerevan, Erevan, Eriwan, Jerewan, Ереван, エレバン, 埃里温, 예레반
Bakı, Baku, Bakou, Bakoe, Баку, バクー, 巴库, 바쿠
Sydney, Sídney, Сидней, シドニー, 悉尼, 雪梨, 시드니
Melbourne, Мельбурн, メルボルン, 墨尔本, 멜버른
Brisbane, Брисбен, ブリスベン, 布里斯班, 브리즈번
Perth, Перт, パース, 珀斯, 퍼스
Adelaide, Adélaïde, Adelaida, Аделаида, アデレード, 阿德莱德, 애들레이드
Canberra, Camberra, Канберра, キャンベラ, 堪培拉, 캔버라
Hobart, Хобарт, ホバート, 霍巴特
Auckland, Окленд, オークランド, 奥克兰, 오클랜드
Wellington, Веллингтон, ウェリントン, 惠灵顿, 웰링턴
Christchurch, Крайстчерч, クライストチャーチ, 克赖斯特彻奇, 크라이스트처치
`;
