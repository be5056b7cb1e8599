use meterchurn::experiment::{scenario,study};
fn main(){ let p=std::env::args().nth(1).unwrap(); let s=std::fs::read_to_string(&p).unwrap();
 match scenario::read("x",&s){ Err(f)=>println!("{}",scenario::diagnostics::render(&p,&s,&f,false)),
 Ok((sc,w))=>{ print!("{}",scenario::diagnostics::render(&p,&s,&w,false)); let t=std::time::Instant::now(); let r=study::run(&sc,Default::default(),&||()).unwrap(); println!("{:?}",t.elapsed());
  for v in r.verdicts(&sc){println!("{:?} {} {} {:?} {:?}",v.verdict,v.policy,v.that,v.value,v.interval);}
  for q in ["unwanted-alerts.delivered.total == 0","leaked-reads.delivered.total == 0","alerts.delivered{class=e4}.total == 0","switches{outcome=registered}.total == 0","not-initiated.open{at=2018-12-31,by=mature}.total == 0","not-initiated.open{at=2018-12-31,by=immature}.total == 0","not-initiated.open{at=2018-12-31,by=non-user}.total == 0","not-initiated.open{at=2018-12-31,by=erroneous-transfer}.total == 0","not-initiated.open{at=2018-11-30}.total == 0", "not-initiated.open{at=2018-12-31}.total == 0","false-blocks.total == 0","spoiled-switches.total == 0"] { let (q2,_)=meterchurn::experiment::expectation::parse(q).unwrap(); print!("{q}: "); for p in 0..sc.policies.len(){ let v:Vec<f64>=r.values(&q2,p).into_iter().map(|x|x.unwrap_or(f64::NAN)).collect(); print!("{:.1} ",v.iter().sum::<f64>()/v.len() as f64);} println!();}
 }}}
